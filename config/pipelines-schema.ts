import { z } from "zod";
import { redactPatterns } from "../telemetry/names.ts";
import { composeService, dockerName, httpUrl, regularExpression } from "./values.ts";

/** A database whose exporter is scraped. */
export const postgres = z.strictObject({
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

/** What the `github` pipeline polls, and with what. */
export const github = z.strictObject({
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
  apiUrl: httpUrl
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

/** Which log lines leave the host, and how. */
export const logs = z.strictObject({
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
