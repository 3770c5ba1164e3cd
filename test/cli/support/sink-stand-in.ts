import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { QueryableSink } from "../../../cli/verify/sink-queries.ts";

type Labels = Record<string, string>;

/** What the stand-in answers; changed while it runs. */
export interface StandInData {
  /** Series of a PromQL query: labels and value. */
  metrics(query: string): [Labels, number][];
  /** Lines of a LogQL selector: stream and age in s. */
  logs(selector: string): [Labels, number][];
  /** Answered instead of data, when it is set. */
  fault?: { status: number; body: string };
}

export interface StandIn {
  sink: QueryableSink;
  /** Every query that was asked. */
  asked: string[];
  close(): Promise<void>;
}

/** Speaks the part of Prometheus' and Loki's query API that `verify` uses. No query is evaluated. */
export async function startSinkStandIn(data: StandInData): Promise<StandIn> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://stand-in");
    const query = url.searchParams.get("query") ?? "";
    asked.push(query);
    if (request.headers.authorization !== `Basic ${btoa("reader:secret")}`) {
      return send(response, 401, "invalid authentication credentials");
    }
    if (data.fault) return send(response, data.fault.status, data.fault.body);
    const result = resultOf(data, url.pathname, query);
    if (!result) return send(response, 404, "404 page not found");
    send(response, 200, JSON.stringify({ status: "success", data: { result } }));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const queryUrl = `http://127.0.0.1:${port}`;
  return {
    sink: { queryUrl, username: "reader", password: "secret" },
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}

function resultOf(data: StandInData, path: string, query: string): unknown[] | undefined {
  const now = Date.now() / 1000;
  if (path === "/api/v1/query") {
    return data.metrics(query).map(([metric, value]) => ({ metric, value: [now, `${value}`] }));
  }
  if (path === "/loki/api/v1/query") {
    const selector = /^sum\(count_over_time\((.+)\[\d+s\]\)\)$/.exec(query)?.[1] ?? "";
    const count = data.logs(selector).length;
    return count ? [{ metric: {}, value: [now, `${count}`] }] : [];
  }
  if (path !== "/loki/api/v1/query_range") return undefined;
  return data.logs(query).map(([stream, age]) => ({
    stream,
    values: [[`${Math.round((now - age) * 1000)}000000`, "a line"]],
  }));
}
