import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { mockProgram } from "../support/mock-program.ts";
import { completed, completedLocal, type RawSettings } from "../support/stack-files.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test breaks settings of any depth
type Loose = any;

/** One kind of bad configuration: what is broken, and the two lines that the operator reads. */
interface Case {
  kind: string;
  breakIt(settings: Loose): void;
  says: [string, string];
}

const set = (path: string, value: string) =>
  `pulumi config set --stack svlnas --path 'grafana-alloy:${path}' ${value}`;
const unset = (path: string) => `pulumi config rm --stack svlnas --path 'grafana-alloy:${path}'`;
const newKey =
  "pulumi config set --stack svlnas --secret grafana-alloy:githubAppPrivateKey < KEY.pem";
const { privateKey: appKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const newToken = "npm run github-token -- --stack svlnas";
const secret = (key: string) => `pulumi config set --stack svlnas --secret ${key}`;

const cases: Case[] = [
  {
    kind: "unknown top-level key",
    breakIt: (s) => {
      s.pipline = ["host"];
    },
    says: [
      "pipline: is not a setting; known here: cloudAccessPolicyToken, github, githubAppPrivateKey, githubToken, grafanaCloud, host, images, ingress, limits, logs, logsPassword, metricsPassword, networks, pipelines, postgres, registry, registryPassword, restart, sinks",
      unset("pipline"),
    ],
  },
  {
    kind: "typo in a nested key",
    breakIt: (s) => {
      s.host.jornal = { gid: 102 };
    },
    says: [
      "host.jornal: is not a setting; known here: connection, directory, dockerSocket, journal, name, prepare, serviceAccount",
      unset("host.jornal"),
    ],
  },
  {
    kind: "typo in a key of the connection",
    breakIt: (s) => {
      s.host.connection.adress = "svlnas";
    },
    says: [
      "host.connection.adress: is not a setting; known here: address, dockerSocket, hostKey, port, type, user",
      unset("host.connection.adress"),
    ],
  },
  {
    kind: "missing host key",
    breakIt: (s) => {
      delete s.host.connection.hostKey;
    },
    says: [
      "host.connection.hostKey: is missing",
      set("host.connection.hostKey", `"$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"`),
    ],
  },
  {
    kind: "RSA host key",
    breakIt: (s) => {
      s.host.connection.hostKey = "ssh-rsa AAAA==";
    },
    says: [
      "host.connection.hostKey: is an RSA key, which Pulumi's command provider can't check; pin the Ed25519 or ECDSA one (if the host has none, as root: ssh-keygen -A, then restart sshd)",
      set("host.connection.hostKey", `"$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"`),
    ],
  },
  {
    kind: "host key with the host's name before it",
    breakIt: (s) => {
      s.host.connection.hostKey = `svlnas ${s.host.connection.hostKey}`;
    },
    says: [
      "host.connection.hostKey: must be a public key such as `ssh-ed25519 AAAA…`, without host name and comment",
      set("host.connection.hostKey", `"$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"`),
    ],
  },
  {
    kind: "unknown kind of connection",
    breakIt: (s) => {
      s.host.connection = { type: "tcp", address: "svlnas" };
    },
    says: ["host.connection.type: must be one of: ssh, local", set("host.connection.type", "ssh")],
  },
  {
    kind: "port out of range",
    breakIt: (s) => {
      s.host.connection.port = 70000;
    },
    says: ["host.connection.port: must be at most 65535", set("host.connection.port", "22")],
  },
  {
    kind: "text where a number belongs",
    breakIt: (s) => {
      s.host.journal.gid = "systemd-journal";
    },
    says: ["host.journal.gid: must be a number", set("host.journal.gid", "102")],
  },
  {
    kind: "missing journal GID",
    breakIt: (s) => {
      s.host.journal = {};
    },
    says: ["host.journal.gid: is missing", set("host.journal.gid", "102")],
  },
  {
    kind: "relative directory",
    breakIt: (s) => {
      s.host.directory = "apps/alloy";
    },
    says: [
      "host.directory: must be an absolute path of letters, digits, `_`, `.` and `-`",
      set("host.directory", "/opt/apps/services/alloy"),
    ],
  },
  {
    kind: "directory that climbs",
    breakIt: (s) => {
      s.host.directory = "/opt/../etc";
    },
    says: [
      "host.directory: must not contain `..`",
      set("host.directory", "/opt/apps/services/alloy"),
    ],
  },
  {
    kind: "root as service account",
    breakIt: (s) => {
      s.host.serviceAccount = { uid: 0 };
    },
    says: ["host.serviceAccount.uid: must be at least 1", set("host.serviceAccount.uid", "3125")],
  },
  {
    kind: "unknown pipeline",
    breakIt: (s) => {
      s.pipelines[0] = "cadvisor";
    },
    says: [
      "pipelines[0]: must be one of: host, containers, journal, traefik, postgres, github, self",
      set("pipelines[0]", "host"),
    ],
  },
  {
    kind: "pipeline listed twice",
    breakIt: (s) => {
      s.pipelines.push("host");
    },
    says: ["pipelines: lists host twice", "edit Pulumi.svlnas.yaml and list it once"],
  },
  {
    kind: "Postgres target without network",
    breakIt: (s) => {
      delete s.postgres[0].network;
    },
    says: ["postgres[0].network: is missing", set("postgres[0].network", "immich-backend")],
  },
  {
    kind: "Postgres exporter without port",
    breakIt: (s) => {
      s.postgres[1].exporter = "outline-db-exporter";
    },
    says: [
      "postgres[1].exporter: must be host:port of a postgres_exporter",
      set("postgres[1].exporter", "immich-db-exporter:9187"),
    ],
  },
  {
    kind: "Postgres exporter with a port out of range",
    breakIt: (s) => {
      s.postgres[1].exporter = "outline-db-exporter:70000";
    },
    says: [
      "postgres[1].exporter: has a port above 65535",
      set("postgres[1].exporter", "immich-db-exporter:9187"),
    ],
  },
  {
    kind: "two Postgres targets of one name",
    breakIt: (s) => {
      s.postgres[1].name = "immich";
    },
    says: [
      "postgres[1].name: is the second immich: both would send job=postgres_immich",
      set("postgres[1].name", "immich"),
    ],
  },
  {
    kind: "Postgres pipeline without targets",
    breakIt: (s) => {
      s.postgres = [];
    },
    says: [
      "postgres: is empty, but pipelines lists postgres",
      set("postgres[0].exporter", "immich-db-exporter:9187"),
    ],
  },
  {
    kind: "Postgres targets without the pipeline",
    breakIt: (s) => {
      s.pipelines = ["host"];
    },
    says: [
      "pipelines: does not list postgres, but postgres has exporters",
      set("pipelines[1]", "postgres"),
    ],
  },
  {
    kind: "GitHub pipeline without settings",
    breakIt: (s) => {
      delete s.github;
    },
    says: [
      "github: is missing, but pipelines lists github",
      set("github.repositories[0]", "owner/name"),
    ],
  },
  {
    kind: "repository without owner",
    breakIt: (s) => {
      s.github.repositories = ["truenas-apps"];
    },
    says: [
      "github.repositories[0]: must be owner/name",
      set("github.repositories[0]", "owner/name"),
    ],
  },
  {
    kind: "missing GitHub token",
    breakIt: (s) => {
      delete s.githubToken;
    },
    says: ["githubToken: is missing: this host polls GitHub", newToken],
  },
  {
    kind: "classic GitHub token",
    breakIt: (s) => {
      s.githubToken = "ghp_classic";
    },
    says: [
      "githubToken: is not a fine-grained token (github_pat_…); a classic one could write wherever its owner can",
      newToken,
    ],
  },
  {
    kind: "GitHub App without its key",
    breakIt: (s) => {
      delete s.githubToken;
      s.github.app = { id: 7, installationId: 70 };
      s.restart = "unless-stopped";
    },
    says: ["githubAppPrivateKey: is missing: github.app needs it", newKey],
  },
  {
    kind: "GitHub App and token",
    breakIt: (s) => {
      s.github.app = { id: 7, installationId: 70 };
      s.restart = "unless-stopped";
      s.githubAppPrivateKey = appKey;
    },
    says: ["githubToken: is set, and so is github.app: one of them polls", unset("githubToken")],
  },
  {
    kind: "key without a GitHub App",
    breakIt: (s) => {
      delete s.githubToken;
      s.githubAppPrivateKey = appKey;
    },
    says: [
      "github.app: is missing, but githubAppPrivateKey is set",
      set("github.app.id", "123456"),
    ],
  },
  {
    kind: "GitHub App elsewhere than on github.com",
    breakIt: (s) => {
      delete s.githubToken;
      s.github.app = { id: 7, installationId: 70 };
      s.restart = "unless-stopped";
      s.github.apiUrl = "https://github.example.org/api/v3";
      s.githubAppPrivateKey = appKey;
    },
    says: [
      "github.apiUrl: can't be another with github.app: Alloy gets an app's tokens from https://api.github.com alone",
      unset("github.apiUrl"),
    ],
  },
  {
    kind: "GitHub App with a restart policy that gives up",
    breakIt: (s) => {
      delete s.githubToken;
      s.github.app = { id: 7, installationId: 70 };
      s.githubAppPrivateKey = appKey;
    },
    says: [
      "restart: must be unless-stopped with github.app: Alloy does not start while GitHub gives it no token, as after a power cut, and on-failure gives up",
      set("restart", "unless-stopped"),
    ],
  },
  {
    kind: "GitHub App without its installation",
    breakIt: (s) => {
      delete s.githubToken;
      s.github.app = { id: 7 };
      s.restart = "unless-stopped";
      s.githubAppPrivateKey = appKey;
    },
    says: ["github.app.installationId: is missing", set("github.app.installationId", "12345678")],
  },
  {
    kind: "GitHub App's key that is none",
    breakIt: (s) => {
      delete s.githubToken;
      s.github.app = { id: 7, installationId: 70 };
      s.restart = "unless-stopped";
      s.githubAppPrivateKey = "-----BEGIN RSA PRIVATE KEY-----";
    },
    says: [
      "githubAppPrivateKey: must be an RSA private key in PEM: -----BEGIN RSA PRIVATE KEY----- …",
      newKey,
    ],
  },
  {
    kind: "missing bootstrap token",
    breakIt: (s) => {
      delete s.cloudAccessPolicyToken;
    },
    says: [
      "cloudAccessPolicyToken: is missing: grafanaCloud needs it",
      secret("grafana:cloudAccessPolicyToken"),
    ],
  },
  {
    kind: "no sink at all",
    breakIt: (s) => {
      delete s.grafanaCloud;
    },
    says: [
      "grafanaCloud: is missing, and so is sinks: one of them says where the data goes",
      set("grafanaCloud.stackSlug", "mystack"),
    ],
  },
  {
    kind: "a user name of digits, which YAML takes for a number",
    breakIt: (s) => {
      const { sinks, metricsPassword, logsPassword } = completedLocal() as Loose;
      sinks.metrics.username = 100001;
      Object.assign(s, { sinks, metricsPassword, logsPassword });
      delete s.grafanaCloud;
    },
    says: [
      "sinks.metrics.username: must be a string",
      "pulumi config set --stack svlnas --type string --path 'grafana-alloy:sinks.metrics.username' 1234",
    ],
  },
  {
    kind: "two sinks",
    breakIt: (s) => {
      s.sinks = completedLocal().sinks;
    },
    says: ["grafanaCloud: and sinks are both set; data goes to one of them", unset("sinks")],
  },
  {
    kind: "rotation window as long as the token lives",
    breakIt: (s) => {
      s.grafanaCloud.tokenLifetime = "720h";
    },
    says: [
      "grafanaCloud.tokenRotationWindow: is 720 h, not shorter than the token's lifetime of 720 h: every update would rotate",
      set("grafanaCloud.tokenRotationWindow", "720h"),
    ],
  },
  {
    kind: "lifetime in days",
    breakIt: (s) => {
      s.grafanaCloud.tokenLifetime = "90d";
    },
    says: [
      "grafanaCloud.tokenLifetime: must be whole hours, such as 2160h",
      set("grafanaCloud.tokenLifetime", "2160h"),
    ],
  },
  {
    kind: "address in place of a subnet",
    breakIt: (s) => {
      s.grafanaCloud.allowedSubnets = ["203.0.113.7"];
    },
    says: [
      "grafanaCloud.allowedSubnets[0]: must be a subnet such as 203.0.113.7/32 or 2001:db8::/48",
      set("grafanaCloud.allowedSubnets[0]", "203.0.113.7/32"),
    ],
  },
  {
    kind: "API of Grafana Cloud without encryption",
    breakIt: (s) => {
      s.grafanaCloud.apiUrl = "http://grafana.com";
    },
    says: [
      "grafanaCloud.apiUrl: must begin with https: the bootstrap token is sent there",
      set("grafanaCloud.apiUrl", "https://grafana.com"),
    ],
  },
  {
    kind: "image without digest",
    breakIt: (s) => {
      s.images = { alloy: "dhi.io/alloy:1.16.0" };
    },
    says: [
      "images.alloy: must be an image pinned by digest: name:tag@sha256:<64 hex digits>",
      set(
        "images.alloy",
        "dhi.io/alloy:1.16.0-debian13@sha256:9c6c88d62f878949bd33d88b1a7b959da84f7eea0806b91e47f956e37d7a3552",
      ),
    ],
  },
  {
    kind: "digest that is too short",
    breakIt: (s) => {
      s.images = { init: "busybox@sha256:1487d0af" };
    },
    says: [
      "images.init: must be an image pinned by digest: name:tag@sha256:<64 hex digits>",
      set(
        "images.init",
        "docker.io/library/busybox:1.37.0@sha256:1487d0af5f52b4ba31c7e465126ee2123fe3f2305d638e7827681e7cf6c83d5e",
      ),
    ],
  },
  ...(
    [
      ["172.30.100.9/29", "is not the first address of a /29 subnet"],
      ["172.30.100.8/30", "must be between /8 and /29: three addresses are needed"],
      ["8.8.8.0/24", "must be a private subnet (10/8, 172.16/12 or 192.168/16)"],
      ["172.30.300.0/24", "has an octet above 255"],
      ["alloy", "must be an IPv4 subnet such as 172.30.100.8/29"],
    ] as const
  ).map(
    ([frontendSubnet, reason]): Case => ({
      kind: `subnet ${frontendSubnet}`,
      breakIt: (s) => {
        s.networks = { frontendSubnet };
      },
      says: [
        `networks.frontendSubnet: ${reason}`,
        set("networks.frontendSubnet", "172.30.100.8/29"),
      ],
    }),
  ),
  {
    kind: "memory limit in bytes' place",
    breakIt: (s) => {
      s.limits = { alloyMemory: 5 };
    },
    says: ["limits.alloyMemory: must be at least 128", set("limits.alloyMemory", "512")],
  },
  {
    kind: "expression that Alloy can't read",
    breakIt: (s) => {
      s.logs = { redact: { expressions: ["(?=secret)"] } };
    },
    says: [
      "logs.redact.expressions[0]: is not a regular expression that Alloy takes (RE2): invalid or unsupported Perl syntax: `(?=`",
      set("logs.redact.expressions[0]", "'session=(\\w+)'"),
    ],
  },
  {
    kind: "expression that matches everywhere",
    breakIt: (s) => {
      s.logs = { redact: { expressions: ["a*"] } };
    },
    says: [
      "logs.redact.expressions[0]: matches an empty text",
      set("logs.redact.expressions[0]", "'session=(\\w+)'"),
    ],
  },
  {
    kind: "pattern of another name",
    breakIt: (s) => {
      s.logs = { redact: { patterns: ["ips"] } };
    },
    says: [
      "logs.redact.patterns[0]: must be one of: ipAddresses, emailAddresses, bearerTokens",
      set("logs.redact.patterns[0]", "ipAddresses"),
    ],
  },
  {
    kind: "compose service with two slashes",
    breakIt: (s) => {
      s.logs = { exclude: { composeServices: ["a/b/c"] } };
    },
    says: [
      "logs.exclude.composeServices[0]: must be a compose service: service or project/service",
      set("logs.exclude.composeServices[0]", "vaultwarden/server"),
    ],
  },
  {
    kind: "domain with a scheme",
    breakIt: (s) => {
      s.ingress.domain = "https://example.org";
    },
    says: ["ingress.domain: must be a DNS domain", set("ingress.domain", "example.org")],
  },
  {
    kind: "missing domain",
    breakIt: (s) => {
      delete s.ingress.domain;
    },
    says: ["ingress.domain: is missing", set("ingress.domain", "example.org")],
  },
  {
    kind: "unknown kind of preparation",
    breakIt: (s) => {
      s.host.prepare = { type: "windows" };
    },
    says: [
      "host.prepare.type: must be one of: truenas, linux",
      set("host.prepare.type", "truenas"),
    ],
  },
  {
    kind: "dataset that is a whole pool",
    breakIt: (s) => {
      s.host.prepare.dataset = "vm-pool";
    },
    says: [
      "host.prepare.dataset: must be a dataset below a pool, such as vm-pool/apps/services/alloy",
      set("host.prepare.dataset", "vm-pool/apps/services/alloy"),
    ],
  },
  {
    kind: "directory outside of the dataset",
    breakIt: (s) => {
      s.host.directory = "/mnt/other-pool/alloy";
    },
    says: [
      "host.directory: is not where TrueNAS mounts the dataset of host.prepare: /mnt/vm-pool/apps/services/alloy",
      set("host.directory", "/mnt/vm-pool/apps/services/alloy"),
    ],
  },
  {
    kind: "account name that a shell would read",
    breakIt: (s) => {
      s.host.prepare.account = "svc; reboot";
    },
    says: [
      "host.prepare.account: must be an account name: a-z 0-9 _ -, at most 32 of them",
      set("host.prepare.account", "svc-app-alloy"),
    ],
  },
  {
    kind: "registry without its password",
    breakIt: (s) => {
      delete s.registryPassword;
    },
    says: [
      "registryPassword: is missing: registry needs it",
      secret("grafana-alloy:registryPassword"),
    ],
  },
  {
    kind: "hardened image with the log-in of another registry",
    breakIt: (s) => {
      s.registry.address = "ghcr.io";
    },
    says: [
      "registry.address: is ghcr.io, but images.alloy is at dhi.io, which wants a log-in",
      set("registry.address", "dhi.io"),
    ],
  },
  {
    kind: "registry's password without the registry",
    breakIt: (s) => {
      delete s.registry;
      s.images = { alloy: { local: "alloy:1" } };
    },
    says: ["registry: is missing, but registryPassword is set", set("registry.address", "dhi.io")],
  },
  {
    kind: "registry as a URL",
    breakIt: (s) => {
      s.registry.address = "https://dhi.io";
    },
    says: [
      "registry.address: must be a registry's host name, such as dhi.io",
      set("registry.address", "dhi.io"),
    ],
  },
];

/** The message of the error that the program ends with before it registers anything. */
async function messageFor(settings: RawSettings): Promise<string> {
  const registered: string[] = [];
  try {
    await mockProgram("svlnas", settings, {
      outputs: ({ name }) => {
        registered.push(name);
        return undefined;
      },
    });
  } catch (error) {
    expect(registered).toEqual([]);
    return (error as Error).message;
  }
  throw new Error("the program accepted the configuration");
}

describe("bad configuration", () => {
  test.each(cases)("$kind", async ({ breakIt, says: [fault, fix] }) => {
    const settings = completed("svlnas");
    breakIt(settings);
    expect(await messageFor(settings)).toBe(
      `Stack svlnas: 1 fault in the configuration, nothing was changed.\n  ${fault}\n    ${fix}`,
    );
  });

  test("no log-in to the registry of the default image", async () => {
    const { registry: _, registryPassword: __, ...settings } = completed("svlnas");
    const why = "is missing: images.alloy is at dhi.io, which wants a log-in";
    expect(await messageFor(settings)).toBe(`\
Stack svlnas: 3 faults in the configuration, nothing was changed.
  registry.address: ${why}
    ${set("registry.address", "dhi.io")}
  registry.username: ${why}
    ${set("registry.username", "myaccount")}
  registryPassword: ${why}
    ${secret("grafana-alloy:registryPassword")}`);
  });

  test("all faults at once", async () => {
    const settings = completed("svlnas") as Loose;
    const together = cases.filter(({ kind }) =>
      [
        "unknown top-level key",
        "typo in a nested key",
        "missing host key",
        "missing journal GID",
        "Postgres target without network",
        "two Postgres targets of one name",
        "image without digest",
        "subnet 172.30.100.9/29",
        "missing GitHub token",
        "missing bootstrap token",
      ].includes(kind),
    );
    for (const { breakIt } of together) breakIt(settings);
    const message = await messageFor(settings);
    expect(message.split("\n")[0]).toBe(
      "Stack svlnas: 10 faults in the configuration, nothing was changed.",
    );
    for (const { says } of together) expect(message).toContain(`  ${says.join("\n    ")}`);
    expect(message.split("\n")).toHaveLength(21);
  });
});
