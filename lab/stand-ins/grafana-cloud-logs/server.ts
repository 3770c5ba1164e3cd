import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "../listen.ts";
import { Door } from "./door.ts";
import { SyntaxFault } from "./labels.ts";
import { NotCovered } from "./logql.ts";
import { ParameterFault } from "./parameters.ts";
import { decodePush, type PushedStream } from "./push-request.ts";
import { Queries } from "./queries.ts";
import { Store, StoreFault } from "./store.ts";

interface Answer {
  status: number;
  /** Text is sent as it is, all else as JSON. */
  body?: unknown;
}

interface Parts {
  store: Store;
  queries: Queries;
  door: Door;
}

/** Serves the door and the queries of a simulated Grafana Cloud Logs over a store; logins are the gateway's. */
export async function serveCloudLogs(
  storeUrl: string,
  at: Parameters<typeof listen>[1] = {},
): ReturnType<typeof listen> {
  const store = new Store(storeUrl);
  const parts: Parts = { store, queries: new Queries(store), door: new Door(store) };
  const server = createServer((request, response) => {
    answer(parts, request).then(
      (made) => send(response, made),
      (error) => send(response, failure(error)),
    );
  });
  return listen(server, at);
}

async function answer(parts: Parts, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
  const success = (data: unknown) => ({ status: 200, body: { status: "success", data } });
  switch (pathname) {
    case "/loki/api/v1/push":
      return push(parts, request);
    case "/loki/api/v1/query":
      return success(await parts.queries.instant(searchParams));
    case "/loki/api/v1/query_range":
      return success(await parts.queries.range(searchParams));
    case "/ready":
      await parts.store.flush();
      return { status: 200, body: "ready\n" };
    case "/__duplicates":
      return { status: 200, body: await parts.queries.duplicates() };
    default:
      return { status: 404, body: "404 page not found\n" };
  }
}

async function push({ door }: Parts, request: IncomingMessage): Promise<Answer> {
  let streams: PushedStream[];
  try {
    streams = decodePush(await buffer(request), request.headers["content-type"]);
  } catch (error) {
    return { status: 400, body: `${(error as Error).message}\n` };
  }
  const { status, text } = await door.push(streams, userOf(request));
  return { status, body: text && `${text}\n` };
}

/** The user of the login, which the gateway has looked at; Loki calls the one without a login so. */
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
