import type { Token } from "../../telemetry/facts.ts";

/** File from which the agent reads when its tokens end; no secret, but written with them. */
export const TOKEN_ENDS_FILE = "tokens.prom";

/** Its directory, of which node_exporter's textfile collector reads what ends with `.prom`: no secret is there. */
export const TEXTFILE_DIRECTORY = "config/textfile";

/** File there with the state that was set aside: `components/agent/set-aside.ts`. */
export const SET_ASIDE_FILE = "set-aside.prom";

const METRIC = "host_token_expiry_timestamp_seconds";

/** The ends of tokens as series, in Prometheus' text format. A token without an end has none. */
export function tokenEnds(tokens: readonly Token[]): string {
  const samples = tokens.flatMap(({ name, expiresAt }) =>
    expiresAt === undefined
      ? []
      : [`${METRIC}{token=${JSON.stringify(name)}} ${Date.parse(expiresAt) / 1000}`],
  );
  return [
    `# HELP ${METRIC} When a token of the host expires, in seconds since 1970.`,
    `# TYPE ${METRIC} gauge`,
    ...samples,
    "",
  ].join("\n");
}
