import type { Token } from "../../telemetry/facts.ts";

/**
 * File among the secrets from which the agent reads when its tokens end: it is renewed together with them,
 * and of that directory node_exporter's textfile collector reads what ends with `.prom`.
 */
export const TOKEN_ENDS_FILE = "tokens.prom";

const METRIC = "host_token_expiry_timestamp_seconds";

/** The ends of tokens as series, in Prometheus' text format. A token without an end has none. */
export function tokenEnds(tokens: readonly Token[]): string {
  const samples = tokens.flatMap(({ name, expiresAt }) =>
    expiresAt === undefined
      ? []
      : [`${METRIC}{token=${JSON.stringify(name)}} ${Date.parse(expiresAt) / 1000}`],
  );
  return [
    `# HELP ${METRIC} When a token that the host lives on ends, in seconds since 1970.`,
    `# TYPE ${METRIC} gauge`,
    ...samples,
    "",
  ].join("\n");
}
