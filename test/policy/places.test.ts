import { describe, expect, test } from "vitest";
import { types, unknown } from "../../policy/resource.ts";
import { accessPolicy } from "../../policy/rules/access-policies.ts";
import { imageDigest } from "../../policy/rules/images.ts";
import { declaredNetwork, publishedPort } from "../../policy/rules/networks.ts";
import { plainSecret } from "../../policy/rules/secrets.ts";
import { container, resource, said, saidOf } from "./support/resources.ts";

describe("image-digest", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  const advice =
    "has no digest, so what runs can change without a change here. " +
    "Set the stack's `images` to name:tag@sha256:<digest>, as `docker buildx imagetools inspect` shows it.";

  test.each(["alloy", "grafana/alloy:v1.16.0", `alloy@${digest}0`, "alloy@sha256:abc"])(
    "refuses %s",
    (image) => {
      expect(said(imageDigest, { image })).toEqual([`container alloy: image ${image} ${advice}`]);
      const pulled = resource(types.image, "alloy-image", { name: image });
      expect(imageDigest.check(pulled)).toEqual([
        `RemoteImage alloy-image: image ${image} ${advice}`,
      ]);
    },
  );

  test.each([`alloy@${digest}`, `reg.example.org:5000/a/b:v1@${digest}`, digest])(
    "lets %s pass",
    (image) => {
      expect(said(imageDigest, { image })).toEqual([]);
    },
  );

  test("lets a name pass on this machine's own engine, and only there", () => {
    const image = "lab/alloy:1";
    expect(said(imageDigest, { image }, { host: "unix:///var/run/docker.sock" })).toEqual([]);
    expect(said(imageDigest, { image }, { host: "ssh://root@svlnas:22" })).toHaveLength(1);
    expect(said(imageDigest, { image }, { host: unknown })).toHaveLength(1);
    const host = { provider: { host: "unix:///var/run/docker.sock" } };
    const pulled = resource(types.image, "alloy-image", { name: image }, host);
    expect(imageDigest.check(pulled)).toHaveLength(1);
  });

  test("waits for the update with an image that only it brings", () => {
    expect(said(imageDigest, { image: unknown })).toEqual([]);
  });
});

describe("no-secret-in-plain-sight", () => {
  const advice =
    "holds a secret, which `docker inspect` or `ps` shows. Write it to a file on the host over " +
    "standard input (components/files/alloy-files.ts), and revoke the one that was shown.";
  const labels = (label: string, value: string) => ({ labels: [{ label, value }] });

  test.each([
    [{ envs: ["GITHUB_API_TOKEN=abc"] }, "environment variable GITHUB_API_TOKEN"],
    [{ envs: ["GRAFANA_LOKI_PASSWORD=abc=def"] }, "environment variable GRAFANA_LOKI_PASSWORD"],
    [{ envs: ["clientSecret=abc"] }, "environment variable clientSecret"],
    [{ envs: ["DEBUG=glc_eyJvIjoiMSJ9"] }, "environment variable DEBUG"],
    [{ envs: ["X=github_pat_11AAAA"] }, "environment variable X"],
    [{ envs: ["X=ghp_abcdef123"] }, "environment variable X"],
    [{ envs: ["DSN=postgres://u:pw@db/x"] }, "environment variable DSN"],
    [labels("homepage.widget.key", "abc"), "label homepage.widget.key"],
    [labels("note", "see glsa_abcdef"), "label note"],
    [{ command: ["run", "--api-key=abc"] }, "`command` with --api-key"],
    [{ entrypoints: ["sh", "-c", "login ghp_abcdef123"] }, "`entrypoints`"],
  ])("refuses %j without repeating it", (change, where) => {
    expect(said(plainSecret, change)).toEqual([`container alloy: ${where} ${advice}`]);
  });

  test.each([
    [{ envs: ["POST=0", "PING=1", "TOKEN=", "PASSWORD_FILE=/run/secrets/x", "KEYBOARD=us"] }],
    [{ envs: unknown }],
    [{ envs: ["SSH_PUBLIC_KEY=ssh-ed25519 AAAA", "URL=https://example.org/a@b"] }],
    [labels("traefik.http.routers.alloy.rule", "Host(`alloy.example.org`)")],
    [{ command: ["run", "--server.http.listen-addr=0.0.0.0:12345"] }],
  ])("lets %j pass", (change) => {
    expect(said(plainSecret, change)).toEqual([]);
  });

  test("looks at commands on hosts: what the server is sent, not what standard input carries", () => {
    const command = (props: object) =>
      plainSecret.check(resource(types.remoteCommand, "files", { ...props }));
    expect(command({ environment: { TOKEN: "abc" } })).toEqual([
      `Command files: environment variable TOKEN ${advice}`,
    ]);
    expect(command({ create: "curl -H glc_abcdef" })).toEqual([
      `Command files: \`create\` ${advice}`,
    ]);
    expect(command({ create: "sh -euc x", stdin: "glc_abcdef", environment: unknown })).toEqual([]);
  });
});

describe("no-published-port", () => {
  const instead = "Let Traefik route to it (`ingress` of the stack), or join its network.";

  test.each([
    [{ ports: [{ internal: 12345, external: 80 }] }, "publishes port 80 on its host."],
    [{ ports: [{ internal: 12345 }] }, "publishes port 12345 on its host."],
    [{ publishAllPorts: true }, "publishes all its ports."],
    [{ networkMode: "host" }, "is on its host's network, so all its ports are published."],
  ])("refuses %j", (change, what) => {
    expect(said(publishedPort, change)).toEqual([`container alloy: ${what} ${instead}`]);
  });

  test.each([{}, { ports: [], publishAllPorts: false }, { networkMode: "none" }])(
    "lets %j pass",
    (change) => {
      expect(said(publishedPort, change)).toEqual([]);
    },
  );
});

describe("declared-network", () => {
  const frontend = resource(types.network, "frontend", { name: "alloy-frontend" });
  const on = (...names: string[]) =>
    container({ networksAdvanced: names.map((name) => ({ name })) });
  const refusal = (what: string) => [
    `container alloy: is on ${what}, which the stack does not declare. Remove it, create it in ` +
      "components/agent/agent-networks.ts, or name it in the stack's configuration (`postgres[].network`).",
  ];

  test("refuses a network that is neither the stack's nor named by it", () => {
    const resources = [frontend, on("alloy-frontend", "immich-backend")];
    expect(saidOf(declaredNetwork, resources)).toEqual(refusal("network immich-backend"));
    expect(saidOf(declaredNetwork, resources, ["immich-backend"])).toEqual([]);
  });

  test("refuses Docker's default network, which a container is on when it names none", () => {
    const none = container({ networksAdvanced: undefined });
    expect(saidOf(declaredNetwork, [frontend, none])).toEqual(refusal("Docker's default network"));
    const alone = container({ networksAdvanced: undefined, networkMode: "none" });
    expect(saidOf(declaredNetwork, [frontend, alone])).toEqual([]);
  });

  test("waits for the update with names that only it brings", () => {
    const later = container({ networksAdvanced: [{ name: unknown }] });
    expect(saidOf(declaredNetwork, [later])).toEqual([]);
    expect(saidOf(declaredNetwork, [container({ networksAdvanced: unknown })])).toEqual([]);
  });
});

describe("access-policy", () => {
  const realms = [{ type: "stack", identifier: "4711" }];
  const policy = (scopes: unknown, given: unknown = realms) =>
    accessPolicy.check(resource(types.accessPolicy, "policy", { scopes, realms: given }));
  const wide = (scopes: string) =>
    `AccessPolicy policy: has the scopes ${scopes}. Set \`scopes\` to metrics:write and logs:write ` +
    "for a host, metrics:read and logs:read for verify.";
  const anywhere =
    "AccessPolicy policy: is not limited to one Grafana Cloud stack. " +
    'Set `realms` to [{ type: "stack", identifier: <id of the stack> }].';

  test.each([
    [["metrics:write", "logs:write", "traces:write"], "metrics:write, logs:write, traces:write"],
    [["metrics:write", "metrics:read"], "metrics:write, metrics:read"],
    [["accesspolicies:write"], "accesspolicies:write"],
    [[], "of nothing"],
  ])("refuses %j", (scopes, shown) => {
    expect(policy(scopes)).toEqual([wide(shown)]);
  });

  test.each([
    [null],
    [[]],
    [[{ type: "org", identifier: "1" }]],
    [[{ type: "stack", identifier: "" }]],
    [[...realms, { type: "stack", identifier: "4712" }]],
  ])("refuses the realms %j", (given) => {
    expect(policy(["metrics:write"], given)).toEqual([anywhere]);
  });

  test.each([
    [["metrics:write", "logs:write"], realms],
    [["logs:write"], realms],
    [["logs:read", "metrics:read"], [{ type: "stack", identifier: unknown }]],
    [unknown, unknown],
  ])("lets %j for %j pass", (scopes, given) => {
    expect(policy(scopes, given)).toEqual([]);
  });
});
