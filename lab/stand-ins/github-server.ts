import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { GithubSeed } from "./github-accounts.ts";
import { type ApiAnswer, GithubApi } from "./github-api.ts";
import { listen } from "./listen.ts";

/** What GitHub does on a bad day, to the calls whose path begins with `path`; told to a process with PUT /__troubles. */
interface Trouble {
  /** Start of the path, without `/api/v3`: `/` for all. */
  path: string;
  /** Start of paths that are spared: `/rate_limit`. */
  except?: string;
  /** HTTP status to answer with in place of the true one. */
  status?: number;
  headers?: Record<string, string>;
  message?: string;
  /** Headers that the answer lacks: a gateway's own error page has no `x-github-request-id`. */
  without?: string[];
  /** How long each answer takes, in ms. */
  delay?: number;
  /** The connection is taken, and nothing ever answered. */
  silent?: boolean;
  /** The connection ends without an answer. */
  hangUp?: boolean;
}

/** A simulated GitHub that listens. */
export interface GithubServer {
  /** Base URL without a slash at its end. */
  url: string;
  /** What exists; may be changed at any time. */
  seed: GithubSeed;
  /** What goes wrong; may be changed at any time. */
  troubles: Trouble[];
  /** How often each path was asked for. */
  calls: Record<string, number>;
  /** What was made since the start, by path. */
  made: GithubApi["made"];
  /** Ends every connection, also those that wait for an answer. */
  hangUp(): void;
  close(): Promise<void>;
}

/** Serves a seed as GitHub's REST API; on loopback and a free port unless told. */
export async function serveGithub(
  seed: GithubSeed,
  at: Parameters<typeof listen>[1] = {},
): Promise<GithubServer> {
  const api = new GithubApi((): GithubSeed => running.seed);
  const running = { seed, troubles: [], calls: {}, made: api.made } satisfies Partial<GithubServer>;
  const server = createServer((request, response) => {
    handle(api, running, request, response).catch((error) => {
      response.writeHead(500).end(`the stand-in failed: ${error}`);
    });
  });
  const hangUp = () => server.closeAllConnections();
  return Object.assign(running, await listen(server, at), { hangUp });
}

async function handle(
  api: GithubApi,
  { troubles, calls }: Pick<GithubServer, "troubles" | "calls">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const { method = "GET", headers } = request;
  const body = await bodyOf(request);
  if (path === "/__calls") return send(response, { status: 200, headers: JSON_TYPE, body: calls });
  if (path === "/__troubles") {
    troubles.splice(0, troubles.length, ...(body as unknown as Trouble[]));
    return send(response, { status: 204, headers: {}, body: undefined });
  }
  calls[path] = (calls[path] ?? 0) + 1;
  const answer = api.answer({ method, path, authorization: headers.authorization, body });
  const trouble = troubles.find((one) => meets(one, path.replace(/^\/api\/v3(?=\/)/, "")));
  if (trouble?.delay) await new Promise((done) => setTimeout(done, trouble.delay));
  if (trouble?.hangUp) request.socket.destroy();
  if (trouble?.hangUp || trouble?.silent) return;
  send(response, troubled(answer, trouble));
}

const JSON_TYPE = { "content-type": "application/json" };

function meets({ path, except }: Trouble, asked: string): boolean {
  return asked.startsWith(path) && !(except && asked.startsWith(except));
}

function troubled(answer: ApiAnswer, trouble: Trouble | undefined): ApiAnswer {
  if (!trouble) return answer;
  const { status, without = [], message = "simulated trouble" } = trouble;
  const all = Object.entries({ ...answer.headers, ...trouble.headers });
  const headers = Object.fromEntries(all.filter(([name]) => !without.includes(name)));
  return status ? { status, headers, body: { message } } : { ...answer, headers };
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, headers).end(status === 204 ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const sent = await text(request);
  return sent ? JSON.parse(sent) : {};
}
