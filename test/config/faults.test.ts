import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { settings as allSettings } from "../../config/schema.ts";
import { pipelineNames } from "../../telemetry/names.ts";
import { mockProgram } from "../support/mock-program.ts";
import { completed, completedLocal, type RawSettings } from "../support/stack-files.ts";

/** Values by the paths of their settings; `undefined` takes a setting out. */
type Change = Record<string, unknown>;

/** What is broken, what is told of it, and what fixes it: another value of the same setting, or a command. */
type Case = [change: Change, fault: string, fix: string | { command: string }];

const set = (path: string, value: string) => ({
  command: `pulumi config set --stack svlnas --path 'grafana-alloy:${path}' ${value}`,
});
const remove = (path: string) => ({
  command: `pulumi config rm --stack svlnas --path 'grafana-alloy:${path}'`,
});
const secret = (key: string) => ({ command: `pulumi config set --stack svlnas --secret ${key}` });
const newToken = { command: "npm run github-token -- --stack svlnas" };
const newKey = secret("grafana-alloy:githubAppPrivateKey < KEY.pem");

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const withApp: Change = {
  "github.app": { id: 7, installationId: 70 },
  githubAppPrivateKey: privateKey,
  githubToken: undefined,
};
const { sinks, unencryptedHosts, metricsPassword, logsPassword } = completedLocal();
const namedSinks = { sinks, unencryptedHosts };
const withSinks = { grafanaCloud: undefined, ...namedSinks, metricsPassword, logsPassword };
const registry = { address: "dhi.io", username: "myaccount" };

const dataset = "vm-pool/apps/services/alloy";
const hostKey = `"$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"`;
const alloyImage =
  "dhi.io/alloy:1.16.0-debian13@sha256:9c6c88d62f878949bd33d88b1a7b959da84f7eea0806b91e47f956e37d7a3552";

const cases: Case[] = [
  [
    { pipline: ["host"] },
    `pipline: is not a setting; known here: ${Object.keys(allSettings.shape).sort().join(", ")}`,
    remove("pipline"),
  ],
  [
    { "host.jornal": { gid: 102 } },
    "host.jornal: is not a setting; known here: connection, directory, dockerSocket, journal, name, prepare, serviceAccount",
    remove("host.jornal"),
  ],
  [
    { "host.connection.adress": "svlnas" },
    "host.connection.adress: is not a setting; known here: address, dockerSocket, hostKey, port, type, user",
    remove("host.connection.adress"),
  ],
  [{ "host.connection.hostKey": undefined }, "host.connection.hostKey: is missing", hostKey],
  [
    { "host.connection.hostKey": "ssh-rsa AAAA==" },
    "host.connection.hostKey: is an RSA key, which Pulumi's command provider can't check; pin the Ed25519 or ECDSA one (if the host has none, as root: ssh-keygen -A, then restart sshd)",
    hostKey,
  ],
  [
    { "host.connection.hostKey": "svlnas ssh-ed25519 AAAA" },
    "host.connection.hostKey: must be a public key such as `ssh-ed25519 AAAA…`, without host name and comment",
    hostKey,
  ],
  [
    { "host.connection": { type: "tcp", address: "svlnas" } },
    "host.connection.type: must be one of: ssh, local",
    "ssh",
  ],
  [{ "host.connection.port": 70000 }, "host.connection.port: must be at most 65535", "22"],
  [{ "host.journal.gid": "systemd-journal" }, "host.journal.gid: must be a number", "102"],
  [{ "host.journal": 102 }, "host.journal: must be an object", remove("host.journal")],
  [
    { "host.directory": "apps/alloy" },
    "host.directory: must be an absolute path of letters, digits, `_`, `.` and `-`",
    "/opt/apps/services/alloy",
  ],
  [
    { "host.directory": "/opt/../etc" },
    "host.directory: must not contain `..`",
    "/opt/apps/services/alloy",
  ],
  [{ "host.serviceAccount": { uid: 0 } }, "host.serviceAccount.uid: must be at least 1", "3125"],
  [
    { "host.prepare": { type: "windows" } },
    "host.prepare.type: must be one of: truenas, linux",
    "truenas",
  ],
  [
    { "host.prepare.dataset": "vm-pool" },
    `host.prepare.dataset: must be a dataset below a pool, such as ${dataset}`,
    dataset,
  ],
  [
    { "host.directory": "/mnt/other-pool/alloy" },
    `host.directory: is not where TrueNAS mounts the dataset of host.prepare: /mnt/${dataset}`,
    `/mnt/${dataset}`,
  ],
  [
    { "host.prepare.account": "svc; reboot" },
    "host.prepare.account: must be an account name: a-z 0-9 _ -, at most 32 of them",
    "svc-app-alloy",
  ],
  [
    { "pipelines.0": "cadvisor" },
    `pipelines[0]: must be one of: ${pipelineNames.join(", ")}`,
    "host",
  ],
  [
    { "pipelines.7": "host" },
    "pipelines: lists host twice",
    { command: "edit Pulumi.svlnas.yaml and list it once" },
  ],
  [{ "postgres.0.network": undefined }, "postgres[0].network: is missing", "immich-backend"],
  [
    { "postgres.1.exporter": "outline-db-exporter" },
    "postgres[1].exporter: must be host:port of a postgres_exporter",
    "immich-db-exporter:9187",
  ],
  [
    { "postgres.1.exporter": "outline-db-exporter:70000" },
    "postgres[1].exporter: has a port above 65535",
    "immich-db-exporter:9187",
  ],
  [
    { "postgres.1.name": "immich" },
    "postgres[1].name: is the second immich: both would send job=postgres_immich",
    "immich",
  ],
  [
    { postgres: [] },
    "postgres: is empty, but pipelines lists postgres",
    set("postgres[0].exporter", "immich-db-exporter:9187"),
  ],
  [
    { pipelines: ["host"] },
    "pipelines: does not list postgres, but postgres has exporters",
    set("pipelines[1]", "postgres"),
  ],
  [
    { github: undefined },
    "github: is missing, but pipelines lists github",
    set("github.repositories[0]", "owner/name"),
  ],
  [
    { "github.pollingHost": "svlnass" },
    "github.pollingHost: is svlnass, which is no host of the stacks here: local, svlazext, svlnas",
    "HOST",
  ],
  [
    { "github.repositories": ["truenas-apps"] },
    "github.repositories[0]: must be owner/name",
    "owner/name",
  ],
  [{ githubToken: undefined }, "githubToken: is missing: this host polls GitHub", newToken],
  [
    { githubToken: "ghp_classic" },
    "githubToken: is not a fine-grained token (github_pat_…); a classic one could write wherever its owner can",
    newToken,
  ],
  [
    { ...withApp, githubAppPrivateKey: undefined },
    "githubAppPrivateKey: is missing: github.app needs it",
    newKey,
  ],
  [
    { ...withApp, githubToken: "github_pat_secret" },
    "githubToken: is set, and so is github.app: one of them polls",
    remove("githubToken"),
  ],
  [
    { githubToken: undefined, githubAppPrivateKey: privateKey },
    "github.app: is missing, but githubAppPrivateKey is set",
    set("github.app.id", "123456"),
  ],
  [
    { ...withApp, "github.apiUrl": "https://github.example.org/api/v3" },
    "github.apiUrl: can't be changed with github.app: Alloy gets an app's tokens from https://api.github.com alone",
    remove("github.apiUrl"),
  ],
  [
    { ...withApp, restart: "on-failure" },
    "restart: must be unless-stopped with github.app: Alloy does not start while GitHub gives it no token, as after a power cut, and on-failure gives up",
    remove("restart"),
  ],
  [{ ...withApp, "github.app": { id: 7 } }, "github.app.installationId: is missing", "12345678"],
  [
    { ...withApp, githubAppPrivateKey: "-----BEGIN RSA PRIVATE KEY-----" },
    "githubAppPrivateKey: must be an RSA private key in PEM: -----BEGIN RSA PRIVATE KEY----- …",
    newKey,
  ],
  [
    { cloudAccessPolicyToken: undefined },
    "cloudAccessPolicyToken: is missing: grafanaCloud needs it",
    secret("grafana:cloudAccessPolicyToken"),
  ],
  [
    { grafanaCloud: undefined },
    "grafanaCloud: is missing, and so is sinks. Set it for Grafana Cloud, or sinks.metrics.url and sinks.logs.url for your own Prometheus and Loki",
    set("grafanaCloud.stackSlug", "mystack"),
  ],
  // Of digits alone, which YAML takes for a number.
  [
    { ...withSinks, "sinks.metrics.username": 100001 },
    "sinks.metrics.username: must be a string",
    {
      command:
        "pulumi config set --stack svlnas --type string --path 'grafana-alloy:sinks.metrics.username' 1234",
    },
  ],
  [namedSinks, "grafanaCloud: and sinks are both set; data goes to one of them", remove("sinks")],
  [
    { "grafanaCloud.tokenLifetime": "720h" },
    "grafanaCloud.tokenRotationWindow: is 720 h, not shorter than the token's lifetime of 720 h: every update would rotate",
    "720h",
  ],
  [
    { "grafanaCloud.tokenLifetime": "90d" },
    "grafanaCloud.tokenLifetime: must be whole hours, such as 2160h",
    "2160h",
  ],
  [
    { "grafanaCloud.allowedSubnets": ["203.0.113.7"] },
    "grafanaCloud.allowedSubnets[0]: must be a subnet such as 203.0.113.7/32 or 2001:db8::/48",
    "203.0.113.7/32",
  ],
  [
    { "grafanaCloud.apiUrl": "http://grafana.com" },
    "grafanaCloud.apiUrl: sends credentials to grafana.com unencrypted: use https, or name the host as an exception",
    set("unencryptedHosts[0]", "grafana.com"),
  ],
  [
    { images: { alloy: "dhi.io/alloy:1.16.0" } },
    "images.alloy: must be an image pinned by digest: name:tag@sha256:<64 hex digits>",
    alloyImage,
  ],
  [
    { networks: { frontendSubnet: "172.30.100.9/29" } },
    "networks.frontendSubnet: is not the first address of a /29 subnet",
    "172.30.100.8/29",
  ],
  [{ limits: { alloyMemory: 5 } }, "limits.alloyMemory: must be at least 128", "512"],
  [
    { logs: { redact: { expressions: ["(?=secret)"] } } },
    "logs.redact.expressions[0]: is not a regular expression that Alloy accepts (RE2): invalid or unsupported Perl syntax: `(?=`",
    "'session=(\\w+)'",
  ],
  [
    { logs: { redact: { expressions: ["a*"] } } },
    "logs.redact.expressions[0]: matches an empty text",
    "'session=(\\w+)'",
  ],
  [
    { logs: { redact: { patterns: ["ips"] } } },
    "logs.redact.patterns[0]: must be one of: ipAddresses, emailAddresses, bearerTokens",
    "ipAddresses",
  ],
  [
    { logs: { exclude: { composeServices: ["a/b/c"] } } },
    "logs.exclude.composeServices[0]: must be a compose service: service or project/service",
    "vaultwarden/server",
  ],
  [
    { "ingress.domain": "https://example.org" },
    "ingress.domain: must be a DNS domain",
    "example.org",
  ],
  [{ "ingress.domain": undefined }, "ingress.domain: is missing", "example.org"],
  [
    { registryPassword: undefined },
    "registryPassword: is missing: registry needs it",
    secret("grafana-alloy:registryPassword"),
  ],
  [
    { registry: { ...registry, address: "ghcr.io" } },
    "registry.address: is ghcr.io, but images.alloy is at dhi.io, which requires a login",
    "dhi.io",
  ],
  [
    { registry: undefined, images: { alloy: `sha256:${"a".repeat(64)}` } },
    "registry: is missing, but registryPassword is set",
    set("registry.address", "dhi.io"),
  ],
  [
    { registry: { ...registry, address: "https://dhi.io" } },
    "registry.address: must be a registry's host name, such as dhi.io",
    "dhi.io",
  ],
];

/** The two lines that the operator reads. */
function told([, fault, fix]: Case): string {
  const { command } = typeof fix === "string" ? set(fault.split(":")[0] ?? "", fix) : fix;
  return `\n  ${fault}\n    ${command}`;
}

/** Settings of a stack with one part changed. */
function broken(settings: RawSettings, change: Change): RawSettings {
  const copy = structuredClone(settings);
  for (const [path, value] of Object.entries(change)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const holder = keys.reduce((part, key) => part[key] as RawSettings, copy);
    if (value === undefined) delete holder[last];
    else holder[last] = structuredClone(value);
  }
  return copy;
}

/** The message of the error that the program ends with before it registers anything. */
async function messageFor(settings: RawSettings): Promise<string> {
  const registered: string[] = [];
  const outputs = ({ name }: { name: string }) => void registered.push(name);
  const error = await mockProgram("svlnas", settings, { outputs }).catch((failure) => failure);
  expect(registered).toEqual([]);
  return error.message;
}

test.each(cases)("%j: %s", async (change, fault, fix) => {
  expect(await messageFor(broken(completed("svlnas"), change))).toBe(
    `Stack svlnas: 1 fault in the configuration, nothing was changed.${told([change, fault, fix])}`,
  );
});

test("the default image wants a login to its registry", async () => {
  const { registry: _, registryPassword: __, ...settings } = completed("svlnas");
  const why = "is missing: images.alloy is at dhi.io, which requires a login";
  expect(await messageFor(settings)).toBe(`\
Stack svlnas: 3 faults in the configuration, nothing was changed.
  registry.address: ${why}
    ${set("registry.address", "dhi.io").command}
  registry.username: ${why}
    ${set("registry.username", "myaccount").command}
  registryPassword: ${why}
    ${secret("grafana-alloy:registryPassword").command}`);
});

test("all faults are told at once", async () => {
  const paths =
    /^(pipline|host.jornal|host.connection.port|postgres.0.|github.rep|images|networks|cloudAcc)/;
  const together = cases.filter(([, fault]) => paths.test(fault));
  const changes = Object.assign({}, ...together.map(([change]) => change));
  const lines = (text: string) => text.split("\n").slice(1).sort();
  const message = await messageFor(broken(completed("svlnas"), changes));
  expect(lines(message)).toEqual(lines(together.map(told).join("")));
});
