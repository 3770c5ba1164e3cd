import { onTestFinished, vi } from "vitest";
import type { QueryableSink } from "../../../cli/verify/sink-queries.ts";
import { basic } from "../../../http/ask.ts";

type Labels = Record<string, string>;

/** What the sinks answer; changed while a test runs. */
export interface SinkData {
  /** Series of a PromQL query: labels and value. */
  metrics(query: string): [Labels, number][];
  /** Lines of a LogQL selector: stream and age in s. */
  logs(selector: string): [Labels, number][];
  /** Answered instead of data, when it is set; with status 0 nobody answers. */
  fault?: { status: number; body: string };
}

export const sink: QueryableSink = {
  queryUrl: "http://sink",
  username: "reader",
  password: "secret",
};
export const sinks = { metrics: sink, logs: sink };

/** Until the end of the test, `fetch` answers as Prometheus and Loki would. No query is evaluated. */
export function answerAsSinks(data: SinkData) {
  const asked: { path: string; query: string }[] = [];
  vi.stubGlobal("fetch", async (address: string, { headers }: { headers: Labels }) => {
    const { pathname: path, searchParams } = new URL(address);
    const query = searchParams.get("query") ?? "";
    asked.push({ path, query });
    const { status, body } = data.fault ?? { status: 200, body: "" };
    if (status === 0) throw new TypeError("fetch failed", { cause: new Error(body) });
    if (headers.authorization !== basic(sink)) return new Response("", { status: 401 });
    if (data.fault) return new Response(body, { status });
    return Response.json({ status: "success", data: { result: resultOf(data, path, query) } });
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return asked;
}

function resultOf({ metrics, logs }: SinkData, path: string, query: string): unknown[] {
  const now = Date.now() / 1000;
  if (path === "/api/v1/query") {
    return metrics(query).map(([metric, value]) => ({ metric, value: [now, `${value}`] }));
  }
  if (path === "/loki/api/v1/query") {
    const selector = /^sum\(count_over_time\((.+)\[\d+s\]\)\)$/.exec(query)?.[1] ?? "";
    const count = logs(selector).length;
    return count ? [{ metric: {}, value: [now, `${count}`] }] : [];
  }
  return logs(query).map(([stream, age]) => ({
    stream,
    values: [[`${Math.round((now - age) * 1000)}000000`, "a line"]],
  }));
}
