import type { QueryableSink } from "./sink-queries.ts";

/** Why a sink could not be asked. */
export interface Problem {
  /** One sentence: which sink, what it said, what to do. */
  sentence: string;
  /** Whether waiting can't help. */
  final: boolean;
}

/** Puts what a query threw into one sentence. The password is in none of the parts. */
export function sinkProblem(
  kind: "metrics" | "logs",
  sink: QueryableSink,
  error: unknown,
): Problem {
  const where = `The ${kind} sink ${sink.queryUrl}`;
  const message = error instanceof Error ? error.message : String(error);
  const answered = /answered (\d{3}): ?(.*)/s.exec(message);
  if (answered) return refusal(where, kind, Number(answered[1]), firstLine(answered[2] ?? ""));
  if (error instanceof Error && error.name === "TimeoutError") {
    return { sentence: `${where} did not answer within 15 s.`, final: false };
  }
  if (error instanceof SyntaxError || /reading 'result'|null/.test(message)) {
    const hint = "its URL is not the API's, or a log-in page stands in front of it";
    return { sentence: `${where} answers something else than JSON: ${hint}.`, final: true };
  }
  return { sentence: `${where} can't be reached: ${cause(error) ?? message}.`, final: false };
}

function refusal(where: string, kind: string, status: number, text: string): Problem {
  const said = text && `: ${text}`;
  if (status === 401 || status === 403) {
    const scope = `a read token with the scope ${kind}:read`;
    return {
      sentence: `${where} refuses the user name or password (${status}): it wants ${scope}, a write token can't ask.`,
      final: true,
    };
  }
  if (status === 404) {
    const base = kind === "metrics" ? "/api/v1/query" : "/loki/api/v1/query_range";
    return {
      sentence: `${where} has no ${base} (404): its URL must be the part before.`,
      final: true,
    };
  }
  const passing = status === 429 || status >= 500;
  return { sentence: `${where} answers ${status}${said}.`, final: !passing };
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").trim().replace(/\.$/, "").slice(0, 200);
}

/** The innermost reason; fetch itself says "fetch failed" and no more. */
function cause(error: unknown): string | undefined {
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  if (inner instanceof AggregateError && inner.errors.length > 0) return cause(inner.errors[0]);
  return inner instanceof Error ? inner.message || inner.name : undefined;
}
