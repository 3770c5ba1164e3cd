import { z } from "zod";
import { pipelineNames, redactPatterns } from "./names.ts";

const text = z.string().min(1);

/** A token and when it ends. */
const token = z.object({
  /** For people: `Grafana Cloud, pushes`. */
  name: text,
  /** RFC 3339. Left out: it never ends, or its expiry is not known. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  /** From how many days before its end on `pulumi up` replaces it, or a person has to. */
  renewDays: z.number().min(0),
  /** What renews it: a command. */
  renew: text,
});
export type Token = z.output<typeof token>;

/** What `verify` has to know of a host; the program exports it. */
export const factsSchema = z.object({
  /** Value of the labels `host` and `instance`. */
  host: text,
  pipelines: z.array(z.enum(pipelineNames)),
  /** Labels of each database's series. */
  postgres: z.array(z.object({ job: text, instance: text })),
  /** `owner/name` of each repository, and whether this host is the one that polls. */
  github: z.object({ repositories: z.array(z.string()), polls: z.boolean() }).optional(),
  /** What of the logs stays on the host. */
  logs: z.object({
    exclude: z.object({
      /** Names of containers. */
      containers: z.array(z.string()),
      /** `service` or `project/service` of Docker Compose. */
      composeServices: z.array(z.string()),
    }),
    redact: z.object({
      /** Named patterns, such as `emailAddresses`. */
      patterns: z.array(z.enum(redactPatterns)),
      /** The stack's own regular expressions. */
      expressions: z.array(z.string()),
    }),
  }),
  /** The tokens that the host lives on. */
  tokens: z.array(token),
});
export type VerifyFacts = z.output<typeof factsSchema>;

/** Whether a host has to bring GitHub's series. */
export function pollsGithub({ pipelines, github }: VerifyFacts): boolean {
  return pipelines.includes("github") && github?.polls === true;
}
