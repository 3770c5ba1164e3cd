import { type Answer, ask, basic, outcome } from "../../http/ask.ts";

/** A sink as its operator asks it. */
export interface QueryableSink {
  /** Base URL, without a path. */
  queryUrl: string;
  username: string;
  password: string;
  /** Until when a refusal may mean that the sink does not know the token yet, RFC 3339. Left out: it never does. */
  newUntil?: string;
}

/** One series of an instant query: its labels and its value. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** One log line: the labels of its stream, its time in ns since 1970, its text. */
export interface LogLine {
  labels: Record<string, string>;
  time: bigint;
  line: string;
}

/** The series that a PromQL query answers now. Throws on anything but success. */
export async function queryMetrics(sink: QueryableSink, query: string): Promise<Sample[]> {
  const result = await querySink(sink, "/api/v1/query", { query });
  return (result as { metric: Record<string, string>; value: [number, string] }[]).map(
    ({ metric, value }) => ({ labels: metric, value: Number(value[1]) }),
  );
}

/** The newest `limit` lines that a LogQL query answers, of the last `hours` (default: 1). */
export async function queryLogs(
  sink: QueryableSink,
  query: string,
  { hours = 1, limit = 1000 }: { hours?: number; limit?: number } = {},
): Promise<LogLine[]> {
  const start = `${(Date.now() - hours * 3_600_000) * 1_000_000}`;
  const parameters = { query, start, limit: `${limit}`, direction: "backward" };
  const result = await querySink(sink, "/loki/api/v1/query_range", parameters);
  return (result as { stream: Record<string, string>; values: [string, string][] }[]).flatMap(
    ({ stream, values }) =>
      values.map(([time, line]) => ({ labels: stream, time: BigInt(time), line })),
  );
}

/** A sink answered without a result, or not at all. The message has neither user name nor password. */
export class NoResult extends Error {
  readonly answer: Answer;

  constructor(path: string, answer: Answer) {
    super(`${path} ${outcome(answer)}`);
    this.answer = answer;
  }
}

/** The result of one query by its path. Throws `NoResult`. */
export async function querySink(
  { queryUrl, username, password }: QueryableSink,
  path: string,
  parameters: Record<string, string>,
): Promise<unknown[]> {
  const url = `${queryUrl}${path}?${new URLSearchParams(parameters)}`;
  const answer = await ask(url, {
    headers: { authorization: basic({ username, password }) },
    seconds: 15,
  });
  const said = answer.json as { data?: { result?: unknown } } | null | undefined;
  const result = said?.data?.result;
  if (answer.status === 200 && Array.isArray(result)) return result;
  throw new NoResult(path, answer);
}
