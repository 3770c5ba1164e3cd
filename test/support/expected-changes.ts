/**
 * Resources that the program at hand changes in an existing stack on purpose, by name, and why. Everything else
 * stays as it is: test/engine/existing-stack.test.ts. What the last release has changed goes from here.
 */
export const EXPECTED_CHANGES: Readonly<Record<string, string>> = {
  "alloy-socket-proxy-rules": "new: rules of our own in place of the image's",
  "host-checks": "delete: networks go at the end of a destroy; the checks run once more",
  "host-docker": "sshOpts: ssh reads no configuration and no key files, as the command provider",
  "github-token-end": "made: it remembers what GitHub said last",
  ...Object.fromEntries(
    [
      ...["directories", "secret-github-token", "secret-logs-password"],
      ...["secret-metrics-password", "secret-tokens.prom"],
    ].map((name) => [`alloy-files-${name}`, "create: a time limit"]),
  ),
  "alloy-files-config": "create: a time limit; stdin: pipelines host, self",
  ...Object.fromEntries(
    ["accepted", "init-pid-limit", "loaded", "pid-limit", "socket-proxy-pid-limit"].map((name) => [
      `alloy-${name}`,
      "create: a time limit",
    ]),
  ),
  "alloy-container":
    "no profiles on its port, restart policy, host name, no health check of the image, labels, the one journal that is read",
  "alloy-init-container": "labels: the stack's in place of Compose's",
  "alloy-socket-proxy-container":
    "replaced: its rules, restart policy, address of the health check, labels",
};
