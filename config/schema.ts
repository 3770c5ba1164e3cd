import { z } from "zod";
import { pipelineNames } from "../telemetry/names.ts";
import { host } from "./host-schema.ts";
import { github, logs, postgres } from "./pipelines-schema.ts";
import { grafanaCloud, sinks } from "./sinks-schema.ts";
import { dockerName, pinnedImage, rsaPrivateKey, subnet } from "./values.ts";

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
          "Whether `alloy-frontend` and `alloy-backend` exist already; then they are joined, not created. `npm run adopt` sets it.",
        ),
    })
    .prefault({}),
  restart: z
    .enum(["on-failure", "unless-stopped"])
    .default("unless-stopped")
    .describe(
      "Restart policy of `alloy` and the socket proxy. `on-failure` gives up after 3 failures and does not start them after an orderly reboot or an update of Docker.",
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
      alloy: pinnedImage
        .default(
          "dhi.io/alloy:1.16.0-debian13@sha256:9c6c88d62f878949bd33d88b1a7b959da84f7eea0806b91e47f956e37d7a3552",
        )
        .describe("Image of Alloy, by digest, or by its id if it is only on the host."),
      init: pinnedImage
        .default(
          "docker.io/library/busybox:1.37.0@sha256:1487d0af5f52b4ba31c7e465126ee2123fe3f2305d638e7827681e7cf6c83d5e",
        )
        .describe("Image of `alloy-init` and of the one-shot helpers: BusyBox."),
      socketProxy: pinnedImage
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
        .meta({ description: "Registry that requires a login.", examples: ["dhi.io"] }),
      username: z
        .string()
        .min(1)
        .meta({ description: "User name at the registry.", examples: ["myaccount"] }),
    })
    .optional()
    .describe(
      "Login for the registry of the hardened image, with `registryPassword`. Left out: none.",
    ),
  grafanaCloud: grafanaCloud
    .optional()
    .describe("Where the data goes: a Grafana Cloud stack. Or `sinks`."),
  sinks: sinks.optional().describe("Where the data goes when it is not Grafana Cloud."),
  unencryptedHosts: z
    .array(
      z
        .string()
        .min(1)
        .meta({ examples: ["prometheus.lan"] }),
    )
    .default([])
    .describe(
      "Hosts that passwords and tokens may be sent to over http, as their URLs name them: sinks in your own network. This machine needs no exception.",
    ),
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
export type Connection = Settings["host"]["connection"];
export type SshConnection = Extract<Connection, { type: "ssh" }>;

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
