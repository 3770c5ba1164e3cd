import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Door } from "./door.ts";
import { SyntaxFault } from "./labels.ts";
import { NotCovered } from "./logql.ts";
import { ParameterFault } from "./parameters.ts";
import { decodePush } from "./push-request.ts";
import { Queries } from "./queries.ts";
import { Store, StoreFault } from "./store.ts";

export interface CloudLogsServer {
  /** Base URL without a slash at its end. */
  url: string;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  /** Text is sent as it is, all else as JSON. */
  body?: unknown;
}

/** Serves the door and the queries of a simulated Grafana Cloud Logs over a store; log-ins are the gateway's. */
export async function serveCloudLogs(
  storeUrl: string,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<CloudLogsServer> {
  const store = new Store(storeUrl);
  const parts: Parts = {
    store,
    queries: new Queries(store),
    door: new Door(store),
  };
  const server = createServer((request, response) => {
    answer(parts, request).then(
      (made) => send(response, made),
      (error) => send(response, failure(error)),
    );
  });
  await new Promise<void>((done) => server.listen(port, host, done));
  const address = server.address();
  const listening = typeof address === "object" && address ? address.port : port;
  return { url: `http://${host}:${listening}`, close: () => close(server) };
}

interface Parts {
  store: Store;
  queries: Queries;
  door: Door;
}

async function answer(parts: Parts, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
  const body = await bodyOf(request);
  switch (pathname) {
    case "/loki/api/v1/push":
      return push(parts, request, body);
    case "/__limits":
      return limits(parts, request.method ?? "GET", body);
    case "/ready":
      await parts.store.flush();
      return { status: 200, body: "ready\n" };
    case "/metrics":
      return { status: 200, body: parts.door.counters.text(await parts.queries.stored()) };
    default:
      return query(parts, pathname, form(request, searchParams, body));
  }
}

async function push({ door }: Parts, request: IncomingMessage, body: Buffer): Promise<Answer> {
  if (request.method !== "POST") return { status: 405 };
  let streams: ReturnType<typeof decodePush>;
  try {
    streams = decodePush(body, request.headers);
  } catch (error) {
    return { status: 400, body: `${(error as Error).message}\n` };
  }
  const { status, text } = await door.push(streams, userOf(request));
  return { status, body: text && `${text}\n` };
}

/** GET tells the limits, PUT changes those that it names, DELETE puts all back. */
function limits({ door }: Parts, method: string, body: Buffer): Answer {
  if (method === "PUT") door.change(JSON.parse(body.toString()));
  if (method === "DELETE") door.change(undefined);
  return { status: 200, body: door.limits };
}

async function query({ queries }: Parts, path: string, given: URLSearchParams): Promise<Answer> {
  const [, name] = /^\/loki\/api\/v1\/label\/([^/]+)\/values$/.exec(path) ?? [];
  const success = (data: unknown) => ({ status: 200, body: { status: "success", data } });
  if (name) return success(await queries.labels(given, decodeURIComponent(name)));
  switch (path) {
    case "/loki/api/v1/query":
      return success(await queries.instant(given));
    case "/loki/api/v1/query_range":
      return success(await queries.range(given));
    case "/loki/api/v1/series":
      return success(await queries.series(given));
    case "/loki/api/v1/labels":
      return success(await queries.labels(given));
    default:
      return { status: 404, body: "404 page not found\n" };
  }
}

/** Parameters of the address, and of a form in the body. */
function form(request: IncomingMessage, given: URLSearchParams, body: Buffer): URLSearchParams {
  const sent = request.headers["content-type"] === "application/x-www-form-urlencoded";
  return new URLSearchParams([...given, ...new URLSearchParams(sent ? body.toString() : "")]);
}

/** The user of the log-in, which the gateway has looked at; Loki calls the one without a log-in so. */
function userOf({ headers }: IncomingMessage): string {
  const [, login = ""] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
  return atob(login).split(":")[0] || "fake";
}

function failure(error: unknown): Answer {
  const expected = [SyntaxFault, NotCovered, ParameterFault].some((kind) => error instanceof kind);
  if (expected) return { status: 400, body: `${(error as Error).message}\n` };
  if (error instanceof StoreFault) return { status: 500, body: `${error.message}\n` };
  return { status: 500, body: `the stand-in failed: ${(error as Error).stack}\n` };
}

function send(response: ServerResponse, { status, body = "" }: Answer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": type }).end(text);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
