import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { queryMetrics } from "../../cli/verify/sink-queries.ts";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import type { Sinks, View } from "../pictures/collect.ts";
import { drawing, page, parameters, RANGES, sorry } from "./page.ts";

/**
 * Serves the dashboards to browsers of this machine. The queries are asked here: a browser gets drawings, and
 * neither a password nor a way to ask anything else.
 */
export async function serveDashboards(sinks: Sinks, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(sinks, server, request).then(
      ({ status = 200, location, body = "" }) => {
        response.writeHead(status, { ...headers, ...(location && { location }) });
        response.end(body);
      },
      (error: Error) => refuse(response, error),
    );
  });
  server.listen(port, "127.0.0.1");
  await new Promise((done, failed) => server.once("listening", done).once("error", failed));
  return server;
}

/** No script runs on these pages, and they load nothing but each other. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'",
};

interface Answer {
  status?: number;
  location?: string;
  body?: string;
}

async function answer(sinks: Sinks, server: Server, request: IncomingMessage): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  // Another name for this address is a page elsewhere that wants to read what the lab says.
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? "")) {
    return { status: 421, body: sorry("This page has another address.") };
  }
  if (request.method !== "GET") return { status: 405, body: sorry("Only GET is answered.") };
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, name = "", part] = /^\/([\w-]*)(?:\/(drawing))?$/.exec(pathname) ?? [];
  const hosts = await hostsOf(sinks);
  const view = viewOf(searchParams, hosts);
  if (pathname === "/") return { status: 302, location: `/fleet?${parameters(view)}` };
  if (!(name in allDashboards())) return { status: 404, body: sorry("There is no such page.") };
  return { body: part ? await drawing(sinks, name, view) : page(name, view, hosts) };
}

/** What is asked for; what is not a choice is the first one. */
function viewOf(asked: URLSearchParams, hosts: readonly string[]): View {
  const host = hosts.find((one) => one === asked.get("host")) ?? hosts[0] ?? "";
  const minutes = RANGES.find((one) => `${one}` === asked.get("minutes")) ?? 15;
  return { host, minutes, search: asked.get("search") ?? "" };
}

/** The hosts that sent something within the last hour, in order. */
async function hostsOf({ metrics }: Sinks): Promise<string[]> {
  const query = 'group by (host) (last_over_time(up{host!=""}[1h]))';
  const found = await queryMetrics(metrics, query);
  return found.map(({ labels }) => labels.host ?? "").sort();
}

function refuse(response: ServerResponse, { message }: Error): void {
  response.writeHead(502, headers);
  response.end(sorry(`The sinks gave no data: ${message}`));
}
