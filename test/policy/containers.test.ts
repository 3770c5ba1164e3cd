import { describe, expect, test } from "vitest";
import { rulesVersion, TEMPLATE } from "../../components/agent/socket-proxy-rules.ts";
import { type Props, unknown } from "../../policy/resource.ts";
import type { Rule } from "../../policy/rule.ts";
import { dockerSocket, readOnlyRoot } from "../../policy/rules/files.ts";
import { imageDigest } from "../../policy/rules/images.ts";
import { memoryLimit } from "../../policy/rules/limits.ts";
import { publishedPort } from "../../policy/rules/networks.ts";
import { capabilities, privileges } from "../../policy/rules/privileges.ts";
import { plainSecret } from "../../policy/rules/secrets.ts";
import { container } from "./support/resources.ts";

/** What is refused, what is said of it, and what is let pass. */
interface Case {
  rule: Rule;
  refused: [change: Props, message: string][];
  passed: Props[];
}

const baseline = "`hardened()` of components/agent/hardening.ts is the baseline.";
const mayGain = `may gain privileges through set-user-ID programs. Add "no-new-privileges=true" to \`securityOpts\`: ${baseline}`;
const keeps = 'keeps Docker\'s default capabilities. Set `capabilities.drops` to ["ALL"].';
const noReason = (name: string) =>
  `adds ${name} without a reason. Remove it, or give its reason in \`exceptions\` of components/agent/hardening.ts.`;
const writable =
  "can write to its root file system. Set `readOnly` to true, and a `tmpfs` or a mount for what it has to write.";
const noLimit = "has no memory limit. Set `memory` and `memorySwap` in MB.";
const maySwap =
  "may swap, and the daemon will refuse to raise its memory limit. Set `memorySwap` to 512 as well.";
const instead = "Let Traefik route to it (`ingress` of the stack), or join its network.";
const socket =
  "mounts the Docker socket, which makes it root on the host. Let it ask the socket proxy, tcp://alloy-docker-proxy:2375.";
const isRoot = (path: string) =>
  `runs as root and mounts ${path}, which contains the Docker socket. Set \`user\` to one that can't open it, or mount less.`;
const noDigest = (image: string) =>
  `image ${image} has no digest, so what runs can change without a change here. ` +
  "Set the stack's `images` to name:tag@sha256:<digest>, as `docker buildx imagetools inspect` shows it.";
const holds = (where: string) =>
  `${where} holds a secret, which \`docker inspect\` or \`ps\` shows. Write it to a file on the host over ` +
  "standard input (components/files/alloy-files.ts), and revoke the one that was shown.";

const mount = (source: string, target = source) => ({ type: "bind", source, target });
const readOnly = (source: string) => ({ ...mount(source), readOnly: true });
const labels = (label: string, value: string) => ({ labels: [{ label, value }] });
const adds = (...names: string[]) => ({ capabilities: { drops: ["ALL"], adds: names } });
const digest = `sha256:${"0a".repeat(32)}`;
const rules = { ...mount("/opt/alloy/socket-proxy/haproxy.cfg", TEMPLATE), readOnly: true };
const otherRules = `does not run with the rules of components/agent/socket-proxy-rules.ts. Mount them read-only over ${TEMPLATE}, with RULES_VERSION=${rulesVersion} alone in \`envs\`.`;
const proxy = {
  name: "alloy-docker-proxy",
  user: undefined,
  envs: [`RULES_VERSION=${rulesVersion}`],
  mounts: [readOnly("/var/run/docker.sock"), rules],
};

const cases: Case[] = [
  {
    rule: privileges,
    refused: [
      [{ privileged: true }, `is privileged. Remove \`privileged\`: ${baseline}`],
      ...["pidMode", "ipcMode"].map((mode): [Props, string] => [
        { [mode]: "host" },
        `shares the host's namespace (${mode}). Remove \`${mode}\`: ${baseline}`,
      ]),
      [
        { devices: [{ hostPath: "/dev/sda" }] },
        `has devices of the host. Remove \`devices\`: ${baseline}`,
      ],
      [
        { securityOpts: ["no-new-privileges=true", "seccomp=unconfined"] },
        `is not confined by seccomp, AppArmor or SELinux. Remove that from \`securityOpts\`: ${baseline}`,
      ],
      [{ securityOpts: undefined }, mayGain],
      [{ securityOpts: ["no-new-privileges=false"] }, mayGain],
    ],
    passed: [{}, { privileged: false, devices: [], pidMode: "" }, { securityOpts: unknown }],
  },
  {
    rule: capabilities,
    refused: [
      [{ capabilities: undefined }, keeps],
      [{ capabilities: { drops: ["NET_RAW"] } }, keeps],
      [adds("CAP_SYS_ADMIN"), noReason("CAP_SYS_ADMIN")],
      [adds("NET_ADMIN"), noReason("CAP_NET_ADMIN")],
      // The reason is another container's.
      [adds("CAP_CHOWN"), noReason("CAP_CHOWN")],
    ],
    passed: [
      {},
      { name: "alloy-init", ...adds("CAP_CHOWN") },
      { capabilities: unknown },
      { capabilities: { drops: unknown } },
    ],
  },
  {
    rule: readOnlyRoot,
    refused: [false, undefined].map((readOnly) => [{ readOnly }, writable]),
    passed: [{}, { readOnly: unknown }],
  },
  {
    rule: memoryLimit,
    refused: [
      ...[undefined, 0, -1].map((memory): [Props, string] => [{ memory }, noLimit]),
      ...[undefined, 1024, -1].map((memorySwap): [Props, string] => [{ memorySwap }, maySwap]),
    ],
    passed: [{}, { memory: unknown }, { memorySwap: unknown }],
  },
  {
    rule: publishedPort,
    refused: [
      [{ ports: [{ internal: 12345, external: 80 }] }, `publishes port 80 on its host. ${instead}`],
      [{ ports: [{ internal: 12345 }] }, `publishes port 12345 on its host. ${instead}`],
      [{ publishAllPorts: true }, `publishes all its ports. ${instead}`],
      [
        { networkMode: "host" },
        `is on its host's network, so all its ports are published. ${instead}`,
      ],
    ],
    passed: [{}, { ports: [], publishAllPorts: false }, { networkMode: "none" }],
  },
  {
    rule: dockerSocket,
    refused: [
      [{ mounts: [readOnly("/var/run/docker.sock")] }, socket],
      [{ mounts: [mount("/srv/x", "/run/docker.sock")] }, socket],
      [{ volumes: [{ hostPath: "/run/docker.sock", containerPath: "/s" }] }, socket],
      [
        { ...proxy, mounts: [mount("/run/docker.sock"), rules] },
        "mounts the Docker socket writable. Set `readOnly` on that mount.",
      ],
      [{ ...proxy, envs: ["CONTAINERS=1", "POST=0"] }, otherRules],
      [{ ...proxy, envs: [`RULES_VERSION=${"0".repeat(12)}`] }, otherRules],
      [{ ...proxy, mounts: [readOnly("/var/run/docker.sock")] }, otherRules],
      [
        { ...proxy, mounts: [readOnly("/run/docker.sock"), { ...rules, readOnly: false }] },
        otherRules,
      ],
      [{ mounts: [readOnly("/")], user: undefined }, isRoot("/")],
      [{ mounts: [readOnly("/var/run/")], user: "0:3125" }, isRoot("/var/run")],
    ],
    passed: [proxy, { mounts: [readOnly("/"), readOnly("/run")] }],
  },
  {
    rule: imageDigest,
    refused: ["alloy", "grafana/alloy:v1.16.0", `alloy@${digest}0`, "alloy@sha256:abc"].map(
      (image) => [{ image }, noDigest(image)],
    ),
    passed: [`alloy@${digest}`, `reg.example.org:5000/a/b:v1@${digest}`, digest, unknown].map(
      (image) => ({ image }),
    ),
  },
  {
    rule: plainSecret,
    refused: [
      [{ envs: ["GITHUB_API_TOKEN=abc"] }, holds("environment variable GITHUB_API_TOKEN")],
      [{ envs: ["LOKI_PASSWORD=abc=def"] }, holds("environment variable LOKI_PASSWORD")],
      [{ envs: ["clientSecret=abc"] }, holds("environment variable clientSecret")],
      ...["glc_eyJvIjoiMSJ9", "github_pat_11AAAA", "ghp_abcdef123", "postgres://u:pw@db/x"].map(
        (value): [Props, string] => [{ envs: [`X=${value}`] }, holds("environment variable X")],
      ),
      [labels("homepage.widget.key", "abc"), holds("label homepage.widget.key")],
      [labels("note", "see glsa_abcdef"), holds("label note")],
      [{ command: ["run", "--api-key=abc"] }, holds("`command` with --api-key")],
      [{ entrypoints: ["sh", "-c", "login ghp_abcdef123"] }, holds("`entrypoints`")],
    ],
    passed: [
      { envs: ["POST=0", "PING=1", "TOKEN=", "PASSWORD_FILE=/run/secrets/x", "KEYBOARD=us"] },
      { envs: unknown },
      { envs: ["SSH_PUBLIC_KEY=ssh-ed25519 AAAA", "URL=https://example.org/a@b"] },
      labels("traefik.http.routers.alloy.rule", "Host(`alloy.example.org`)"),
      { command: ["run", "--server.http.listen-addr=0.0.0.0:12345"] },
    ],
  },
];

describe.each(cases.map((one) => ({ name: one.rule.name, ...one })))("$name", (one) => {
  test.each(one.refused)("refuses %j", (change, message) => {
    const name = change.name ?? "alloy";
    expect(one.rule.check(container(change))).toEqual([`container ${name}: ${message}`]);
  });

  test.each(one.passed.map((change) => [change]))("lets %j pass", (change) => {
    expect(one.rule.check(container(change))).toEqual([]);
  });
});
