import { type Answer, mayPass, startOf } from "../../http/ask.ts";
import { NoResult, type QueryableSink } from "./sink-queries.ts";

/** A sink that could not be asked: one sentence with which it is, what it said and what to do. */
export class SinkProblem extends Error {
  /** Whether waiting can't help. */
  readonly final: boolean;
  /** Until when waiting may help, in ms since 1970. Left out: nobody knows. */
  readonly until?: number;

  constructor(sentence: string, final: boolean, until?: number) {
    super(sentence);
    this.final = final;
    this.until = until;
  }
}

/** Puts what a query threw into one sentence. The password is in none of the parts. */
export function sinkProblem(
  kind: "metrics" | "logs",
  sink: QueryableSink,
  error: unknown,
): SinkProblem {
  if (!(error instanceof NoResult)) throw error;
  const until = Date.parse(sink.newUntil ?? "");
  if (refused(error.answer) && until > Date.now()) return unknownYet(kind, sink, until);
  const [said, final] = meaning(error.answer, kind);
  return new SinkProblem(`The ${kind} sink ${sink.queryUrl} ${said}.`, final);
}

function refused({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

function unknownYet(kind: "metrics" | "logs", sink: QueryableSink, until: number): SinkProblem {
  const time = new Date(until).toISOString().slice(11, 16);
  const sentence = `The ${kind} sink ${sink.queryUrl} does not know the new token yet, which can take until ${time} UTC.`;
  return new SinkProblem(sentence, false, until);
}

function meaning(answer: Answer, kind: "metrics" | "logs"): [said: string, final: boolean] {
  const { status, reason, text } = answer;
  if (status === 0) return [reason, false];
  if (status === 200) {
    const hint = "its URL is not that of the API, or a login page is in front of it";
    return [`does not answer with JSON: ${hint}`, true];
  }
  if (refused(answer)) {
    const want = `it needs a read token with the scope ${kind}:read; a write token can't query`;
    return [`refuses the user name or password (${status}): ${want}`, true];
  }
  if (status === 404) {
    const base = kind === "metrics" ? "/api/v1/query" : "/loki/api/v1/query_range";
    return [`has no ${base} (404): its URL must be the part before`, true];
  }
  const start = startOf(text).replace(/\.$/, "");
  return [`answers ${status}${start && `: ${start}`}`, !mayPass(answer)];
}
