import { z } from "zod";
import {
  accountName,
  apiUrl,
  cidr,
  composeService,
  digestImage,
  dockerName,
  hostName,
  hostPath,
  localImage,
  regularExpression,
  rsaPrivateKey,
  sshPublicKey,
  subnet,
  zfsDataset,
} from "./values.ts";

/** The pipelines a stack can list: the files of `pipelines/` without `sinks`, which all of them feed. */
export const pipelineNames = [
  "host",
  "containers",
  "journal",
  "traefik",
  "postgres",
  "github",
  "self",
] as const;

/** What `logs.redact.patterns` can name; the expressions are in `components/log-privacy.ts`. */
export const redactPatterns = ["ipAddresses", "emailAddresses", "bearerTokens"] as const;

const image = z.union([digestImage, z.strictObject({ local: localImage })]);

const ssh = z.strictObject({
  type: z.literal("ssh").meta({ examples: ["ssh"] }),
  address: hostName.meta({
    description: "Name or IP address of the host's SSH server.",
    examples: ["svlnas"],
  }),
  user: z
    .string()
    .min(1)
    .default("root")
    .describe("SSH user; must be allowed to use Docker, nothing else is asked of it."),
  port: z.int().min(1).max(65535).default(22).describe("TCP port of the SSH server."),
  hostKey: sshPublicKey.meta({
    description:
      "Public key of the SSH server; any other is refused. The ECDSA one where there are several: the command provider asks for it first.",
    examples: ["$(ssh-keyscan -t ecdsa HOST | cut -d' ' -f2-)"],
  }),
  privateKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe("Private key file of the SSH user, `~` allowed. Left out: the running ssh-agent."),
});

const local = z.strictObject({
  type: z.literal("local").meta({ examples: ["local"] }),
  dockerSocket: hostPath
    .default("/var/run/docker.sock")
    .describe("Docker socket through which the engine of this machine is driven."),
});

const journal = z.strictObject({
  gid: z
    .int()
    .min(0)
    .meta({
      description: "GID of the host's `systemd-journal` group: `getent group systemd-journal`.",
      examples: ["102"],
    }),
  path: z
    .enum(["/var/log/journal", "/run/log/journal"])
    .default("/var/log/journal")
    .describe(
      "Journal directory that is read; `/run/log/journal` on a host without a persistent one.",
    ),
});

const account = accountName.meta({
  description: "Name of the account that Alloy runs as; made with `host.serviceAccount`'s ids.",
  examples: ["svc-app-alloy"],
});

const prepare = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("truenas").meta({ examples: ["truenas"] }),
    dataset: zfsDataset.meta({
      description: "Dataset that is mounted at `host.directory`; made where it is missing.",
      examples: ["vm-pool/apps/services/alloy"],
    }),
    account,
  }),
  z.strictObject({ type: z.literal("linux").meta({ examples: ["linux"] }), account }),
]);

const host = z.strictObject({
  name: dockerName.meta({
    description: "Value of the labels `host` and `instance` on everything that this host sends.",
    examples: ["svlnas"],
  }),
  connection: z.discriminatedUnion("type", [ssh, local]).meta({
    description: "How the host is reached.",
    examples: ["ssh"],
  }),
  directory: hostPath.meta({
    description: "Directory on the host for configuration, secrets and state.",
    examples: ["/opt/apps/services/alloy"],
  }),
  dockerSocket: hostPath
    .default("/var/run/docker.sock")
    .describe("Docker socket on the host that the socket proxy mounts."),
  serviceAccount: z
    .strictObject({
      uid: z.int().min(1).default(3125).describe("UID that Alloy runs as and that owns its state."),
      gid: z.int().min(1).default(3125).describe("GID that Alloy runs as."),
    })
    .prefault({}),
  prepare: prepare.optional().meta({
    description:
      "What the host gets before the first deployment, with root's rights: account and dataset (TrueNAS), or account and directory (Linux). Never removed. Left out: nothing.",
    examples: ["linux"],
  }),
  journal,
});

const postgres = z.strictObject({
  name: dockerName.meta({
    description: "Name of the database's service; its series carry `job=postgres_<name>`.",
    examples: ["immich"],
  }),
  exporter: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*:[1-9]\d{0,4}$/i, "must be host:port of a postgres_exporter")
    .refine((address) => !(Number(address.split(":")[1]) > 65535), "has a port above 65535")
    .meta({ description: "Address of the exporter.", examples: ["immich-db-exporter:9187"] }),
  instance: z
    .string()
    .min(1)
    .optional()
    .describe("Value of the label `instance`; left out: `<name>-db`."),
  network: dockerName.meta({
    description: "Docker network of the database's service; it exists already and Alloy joins it.",
    examples: ["immich-backend"],
  }),
});

const github = z.strictObject({
  repositories: z
    .array(
      z
        .string()
        .regex(/^[\w.-]+\/[\w.-]+$/, "must be owner/name")
        .meta({ examples: ["owner/name"] }),
    )
    .min(1)
    .describe("Repositories whose statistics are polled."),
  pollingHost: dockerName.meta({
    description: "The one host that polls GitHub; on every other the target list is empty.",
    examples: ["svlnas"],
  }),
  apiUrl: z
    .url()
    .default("https://api.github.com")
    .describe("Base URL of GitHub's REST API; another one for GitHub Enterprise."),
  app: z
    .strictObject({
      id: z
        .int()
        .min(1)
        .meta({ description: "Number of the app.", examples: ["123456"] }),
      installationId: z
        .int()
        .min(1)
        .meta({
          description: "Number of its installation: the last part of the installation's address.",
          examples: ["12345678"],
        }),
    })
    .optional()
    .describe("GitHub App that polls in place of a token: Alloy 1.14 and later, github.com alone."),
});

const logs = z.strictObject({
  exclude: z
    .strictObject({
      containers: z
        .array(dockerName.meta({ examples: ["vaultwarden"] }))
        .default([])
        .describe("Containers whose logs never leave the host, by name."),
      composeServices: z
        .array(composeService.meta({ examples: ["vaultwarden/server"] }))
        .default([])
        .describe(
          "Compose services whose logs never leave the host: `service`, or `project/service`.",
        ),
    })
    .prefault({}),
  redact: z
    .strictObject({
      patterns: z
        .array(z.enum(redactPatterns).meta({ examples: ["ipAddresses"] }))
        .default([])
        .describe(
          "What is replaced in every log line before it leaves the host: `ipAddresses`, `emailAddresses`, `bearerTokens`.",
        ),
      expressions: z
        .array(regularExpression.meta({ examples: ["session=(\\w+)"] }))
        .default([])
        .describe(
          "Own regular expressions (RE2): their groups, or all that they match, are replaced by `<redacted>`.",
        ),
    })
    .prefault({}),
});

const ingress = z.strictObject({
  domain: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/i, "must be a DNS domain")
    .meta({ description: "Domain of the reverse proxy.", examples: ["example.org"] }),
  hostName: dockerName
    .default("alloy")
    .describe("Name below the domain: the UI is `<hostName>.<domain>`."),
  authChain: z
    .string()
    .min(1)
    .default("chain-auth@file")
    .describe("Traefik middleware in front of the UI."),
  monitoringChain: z
    .string()
    .min(1)
    .default("chain-no-auth@file")
    .describe("Traefik middleware on the internal `monitoring` entry point."),
  monitoringUrl: z
    .url()
    .default("http://172.30.100.6:8444")
    .describe("Traefik's `monitoring` entry point as Gatus reaches it."),
  title: z.string().min(1).default("Alloy").describe("Name of the Homepage tile."),
  description: z
    .string()
    .min(1)
    .default("Telemetry collector (metrics, logs)")
    .describe("Text of the Homepage tile."),
});

const sink = (what: string) =>
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).meta({
      description: `Push URL for ${what}.`,
      examples: ["https://push.example.org/api"],
    }),
    username: z
      .string()
      .min(1)
      .meta({ description: `User name for ${what}.`, examples: ["1234"] }),
    queryUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(`Base URL for queries to ${what}. Left out: the push URL without its path.`),
  });

const duration = z.string().regex(/^\d+h$/, "must be whole hours, such as 2160h");

const secret = z.string().trim().min(1);

/** Everything a stack can set, one key a field. Strict: an unknown key is a fault. */
export const settings = z.strictObject({
  host,
  pipelines: z
    .array(z.enum(pipelineNames).meta({ examples: ["host"] }))
    .min(1)
    .default(["host", "containers", "journal", "self"])
    .describe("What is collected: file names of `pipelines/` without `.alloy`."),
  postgres: z.array(postgres).default([]).describe("PostgreSQL exporters, one a database."),
  github: github.optional().describe("What the `github` pipeline polls."),
  logs: logs.prefault({}),
  ingress: ingress.optional().describe("Labels for Traefik, Homepage and Gatus. Left out: none."),
  networks: z
    .strictObject({
      frontendSubnet: subnet
        .default("172.30.100.8/29")
        .describe("Pinned subnet of `alloy-frontend`; Traefik's allow list names it."),
      existing: z
        .boolean()
        .default(false)
        .describe(
          "Whether `alloy-frontend` and `alloy-backend` are there already; then they are joined, not made. `npm run adopt` sets it.",
        ),
    })
    .prefault({}),
  restart: z
    .enum(["on-failure", "unless-stopped"])
    .default("on-failure")
    .describe(
      "Restart policy of `alloy` and the socket proxy: after a failure, 3 times; or always, also when the host was rebooted in an orderly way.",
    ),
  limits: z
    .strictObject({
      alloyMemory: z
        .int()
        .min(128)
        .default(512)
        .describe("Memory limit of `alloy`, in MB; `MEM_LIMIT` of the compose service."),
      socketProxyMemory: z
        .int()
        .min(16)
        .default(50)
        .describe(
          "Memory limit of `alloy-docker-proxy`, in MB; `SOCKET_PROXY_MEM_LIMIT` of the compose service.",
        ),
    })
    .prefault({}),
  images: z
    .strictObject({
      alloy: image
        .default(
          "dhi.io/alloy:1.16.0-debian13@sha256:cd4fba2a0fd62b3a4fea5a3f5e05851b2863ef04c6e9e16e1fb884be79bdd5d1",
        )
        .describe(
          "Image of Alloy, by digest, or `{ local: name }` for one that is only on the host.",
        ),
      init: image
        .default(
          "docker.io/library/busybox:1.37.0@sha256:1487d0af5f52b4ba31c7e465126ee2123fe3f2305d638e7827681e7cf6c83d5e",
        )
        .describe("Image of `alloy-init` and of the one-shot helpers: BusyBox."),
      socketProxy: image
        .default(
          "lscr.io/linuxserver/socket-proxy:version-3.2.14-r0@sha256:56dde3144ef213d2df1ee3d600baad521bd8b8c2bf844672719b07363606f4c2",
        )
        .describe("Image of the socket proxy."),
    })
    .prefault({}),
  registry: z
    .strictObject({
      address: z
        .string()
        .regex(/^[\w.-]+(:\d+)?$/, "must be a registry's host name, such as dhi.io")
        .meta({ description: "Registry that wants a log-in.", examples: ["dhi.io"] }),
      username: z
        .string()
        .min(1)
        .meta({ description: "User name at the registry.", examples: ["myaccount"] }),
    })
    .optional()
    .describe("Log-in of the hardened image's registry, with `registryPassword`. Left out: none."),
  grafanaCloud: z
    .strictObject({
      stackSlug: z
        .string()
        .regex(
          /^[a-z0-9]+$/,
          "must be the slug of a Grafana Cloud stack: lower-case letters and digits",
        )
        .meta({ description: "Slug of the Grafana Cloud stack.", examples: ["mystack"] }),
      apiUrl: apiUrl
        .default("https://grafana.com")
        .describe("Base URL of Grafana Cloud's API; another one for a simulated Grafana Cloud."),
      allowedSubnets: z
        .array(cidr.meta({ examples: ["203.0.113.7/32"] }))
        .default([])
        .describe(
          "Subnets that the host sends from, as Grafana Cloud sees them: its token is good there alone. Empty: everywhere.",
        ),
      tokenLifetime: duration.default("2160h").describe("Lifetime of the host's token."),
      tokenRotationWindow: duration
        .default("720h")
        .describe("How long before its end an update replaces the token."),
    })
    .optional()
    .describe("Where the data goes: a Grafana Cloud stack. Or `sinks`."),
  sinks: z
    .strictObject({ metrics: sink("Prometheus remote write"), logs: sink("Loki") })
    .optional()
    .describe("Where the data goes when it is not Grafana Cloud."),
  githubToken: secret
    .startsWith(
      "github_pat_",
      "is not a fine-grained token (github_pat_…); a classic one could write wherever its owner can",
    )
    .optional()
    .describe("Secret. Fine-grained GitHub token, read-only Metadata, Issues and Pull requests."),
  githubAppPrivateKey: rsaPrivateKey
    .optional()
    .describe("Secret. Private key of `github.app`, the PEM file that GitHub gave."),
  metricsPassword: secret.optional().describe("Secret. Password of `sinks.metrics`."),
  logsPassword: secret.optional().describe("Secret. Password of `sinks.logs`."),
  registryPassword: secret
    .optional()
    .describe("Secret. Password or access token of `registry`, read-only is enough."),
  cloudAccessPolicyToken: secret
    .optional()
    .describe("Secret, key `grafana:cloudAccessPolicyToken`. Bootstrap token of Grafana Cloud."),
});

export type Settings = z.output<typeof settings>;
export type RedactPattern = (typeof redactPatterns)[number];
export type PipelineName = (typeof pipelineNames)[number];
export type Connection = Settings["host"]["connection"];
export type SshConnection = Extract<Connection, { type: "ssh" }>;
export type Image = Settings["images"]["alloy"];

/** Settings that are secrets, by the configuration key under which a stack stores them. */
export const secretKeys = {
  githubToken: "grafana-alloy:githubToken",
  githubAppPrivateKey: "grafana-alloy:githubAppPrivateKey",
  metricsPassword: "grafana-alloy:metricsPassword",
  logsPassword: "grafana-alloy:logsPassword",
  registryPassword: "grafana-alloy:registryPassword",
  cloudAccessPolicyToken: "grafana:cloudAccessPolicyToken",
} as const;
export type SecretName = keyof typeof secretKeys;
