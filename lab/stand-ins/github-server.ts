import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { GithubSeed } from "./github-accounts.ts";
import { type ApiAnswer, GithubApi } from "./github-api.ts";

/** What GitHub does on a bad day, to the calls whose path begins with `path`. */
export interface Trouble {
  /** Start of the path, without `/api/v3`. */
  path: string;
  /** HTTP status to answer with in place of the true one. */
  status?: number;
  headers?: Record<string, string>;
  message?: string;
  /** How long each answer takes, in ms. */
  delay?: number;
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
  close(): Promise<void>;
}

/** Serves a seed as GitHub's REST API; on loopback and a free port unless told. */
export async function serveGithub(
  seed: GithubSeed,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<GithubServer> {
  const api = new GithubApi((): GithubSeed => running.seed);
  const running = { seed, troubles: [], calls: {}, made: api.made } satisfies Partial<GithubServer>;
  const server = createServer((request, response) => {
    handle(api, running, request, response).catch((error) => {
      response.writeHead(500).end(`the stand-in failed: ${error}`);
    });
  });
  await new Promise<void>((done) => server.listen(port, host, done));
  const address = server.address();
  const listening = typeof address === "object" && address ? address.port : port;
  return Object.assign(running, {
    url: `http://${host}:${listening}`,
    close: () => close(server),
  });
}

async function handle(
  api: GithubApi,
  { troubles, calls }: Pick<GithubServer, "troubles" | "calls">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/__calls") {
    response.setHeader("content-type", "application/json").end(JSON.stringify(calls));
    return;
  }
  calls[path] = (calls[path] ?? 0) + 1;
  const { method = "GET", headers } = request;
  const body = await bodyOf(request);
  const answer = api.answer({ method, path, authorization: headers.authorization, body });
  const plain = path.replace(/^\/api\/v3(?=\/)/, "");
  const trouble = troubles.find((one) => plain.startsWith(one.path));
  if (trouble?.delay) await new Promise((done) => setTimeout(done, trouble.delay));
  send(response, troubled(answer, trouble));
}

function troubled(answer: ApiAnswer, trouble: Trouble | undefined): ApiAnswer {
  if (!trouble?.status) return answer;
  const { status, headers = {}, message = "simulated trouble" } = trouble;
  return { status, headers: { ...answer.headers, ...headers }, body: { message } };
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, headers).end(status === 204 ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
