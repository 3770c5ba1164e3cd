import { type Answer, mayPass, startOf } from "../../http/ask.ts";
import { NoResult, type QueryableSink } from "./sink-queries.ts";

/** A sink that could not be asked: one sentence with which it is, what it said and what to do. */
export class SinkProblem extends Error {
  /** Whether waiting can't help. */
  readonly final: boolean;

  constructor(sentence: string, final: boolean) {
    super(sentence);
    this.final = final;
  }
}

/** Puts what a query threw into one sentence. The password is in none of the parts. */
export function sinkProblem(
  kind: "metrics" | "logs",
  sink: QueryableSink,
  error: unknown,
): SinkProblem {
  if (!(error instanceof NoResult)) throw error;
  const [said, final] = meaning(error.answer, kind);
  return new SinkProblem(`The ${kind} sink ${sink.queryUrl} ${said}.`, final);
}

function meaning(answer: Answer, kind: "metrics" | "logs"): [said: string, final: boolean] {
  const { status, reason, text } = answer;
  if (status === 0) return [reason, false];
  if (status === 200) {
    const hint = "its URL is not the API's, or a log-in page stands in front of it";
    return [`answers something else than JSON: ${hint}`, true];
  }
  if (status === 401 || status === 403) {
    const want = `it needs a read token with the scope ${kind}:read, a write token can't ask`;
    return [`refuses the user name or password (${status}): ${want}`, true];
  }
  if (status === 404) {
    const base = kind === "metrics" ? "/api/v1/query" : "/loki/api/v1/query_range";
    return [`has no ${base} (404): its URL must be the part before`, true];
  }
  const start = startOf(text).replace(/\.$/, "");
  return [`answers ${status}${start && `: ${start}`}`, !mayPass(answer)];
}
