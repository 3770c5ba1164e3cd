import { z } from "zod";
import { cidr, httpUrl } from "./values.ts";

const sink = (what: string, url: string) =>
  z.strictObject({
    url: httpUrl.meta({
      description: `Push URL for ${what}.`,
      examples: [url],
    }),
    username: z
      .string()
      .min(1)
      .meta({
        description: `User name for ${what}; any text if it needs none.`,
        examples: ["1234"],
      }),
    queryUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(`Base URL for queries to ${what}. Left out: the push URL without its path.`),
  });

const duration = z.string().regex(/^\d+h$/, "must be whole hours, such as 2160h");

/** A Grafana Cloud stack, and the life of the tokens that are made for it. */
export const grafanaCloud = z.strictObject({
  stackSlug: z
    .string()
    .regex(
      /^[a-z0-9]+$/,
      "must be the slug of a Grafana Cloud stack: lower-case letters and digits",
    )
    .meta({ description: "Slug of the Grafana Cloud stack.", examples: ["mystack"] }),
  apiUrl: httpUrl
    .default("https://grafana.com")
    .describe("Base URL of Grafana Cloud's API; another one for a simulated Grafana Cloud."),
  allowedSubnets: z
    .array(cidr.meta({ examples: ["203.0.113.7/32"] }))
    .default([])
    .describe(
      "Subnets that the host sends from, as Grafana Cloud sees them: its token is valid from there only. Empty: from everywhere.",
    ),
  tokenLifetime: duration.default("2160h").describe("Lifetime of the host's token."),
  tokenRotationWindow: duration
    .default("720h")
    .describe("How long before it expires an update replaces the token."),
  newTokenSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(600)
    .describe(
      "How long `up` and `verify` wait, in s, until the sinks accept a new token, which is not known everywhere at once.",
    ),
});

/** Sinks of the operator's own. */
export const sinks = z.strictObject({
  metrics: sink("Prometheus remote write", "https://prometheus.example.org/api/v1/write"),
  logs: sink("Loki", "https://loki.example.org/loki/api/v1/push"),
});
