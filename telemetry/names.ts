/** The pipelines a stack can list: the files of `pipelines/` without `sinks`, which all of them feed. */
export const pipelineNames = [
  "host",
  "containers",
  "container-metrics",
  "journal",
  "traefik",
  "postgres",
  "github",
  "self",
] as const;

/** What `logs.redact.patterns` can name; the expressions are in `pipelines/log-privacy.ts`. */
export const redactPatterns = ["ipAddresses", "emailAddresses", "bearerTokens"] as const;

export type PipelineName = (typeof pipelineNames)[number];
export type RedactPattern = (typeof redactPatterns)[number];
