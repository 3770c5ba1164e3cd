import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { GrafanaCloud } from "./cloud.ts";
import { type ApiAnswer, type ApiRequest, apiAnswer } from "./cloud-api.ts";
import { Faults, faultAnswer } from "./cloud-faults.ts";
import { type SimulatedStore, storeFromArguments } from "./cloud-store.ts";
import { EMPTY_GRAFANA, type GrafanaSeed, type GrafanaState } from "./cloud-types.ts";

/** A SIMULATED Grafana Cloud on this machine, for programs that take its URL in place of https://grafana.com. */
export interface SimulatedGrafana {
  /** What `grafanaCloud.apiUrl`, and so the provider's `cloudApiUrl`, is set to. */
  url: string;
  cloud: GrafanaCloud;
  faults: Faults;
  /** Requests so far, as `METHOD /path?query`. */
  calls: string[];
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Left out: any free one. */
  port?: number;
  now?: () => Date;
  /** Called after each request that may have changed something, before it is answered; a new token with it. */
  onChange?: (issued?: string) => Promise<void>;
}

/** Serves on loopback alone. */
export async function serveSimulatedGrafana(
  store: SimulatedStore<GrafanaSeed, GrafanaState>,
  { port = 0, now, onChange }: ServeOptions = {},
): Promise<SimulatedGrafana> {
  const cloud = new GrafanaCloud(store, now);
  const faults = new Faults();
  const calls: string[] = [];
  const answerTo = async (incoming: IncomingMessage): Promise<ApiAnswer | undefined> => {
    calls.push(`${incoming.method} ${incoming.url}`);
    const request = await read(incoming);
    const fault = faults.meet(request);
    if (fault?.delay) await sleep(fault.delay, undefined, { ref: false });
    const carriedOut = !(fault?.hangUp || fault?.status) || fault.done;
    const answer = carriedOut ? await carryOut(request) : undefined;
    if (fault?.hangUp) return undefined;
    return fault?.status ? faultAnswer(fault) : answer;
  };
  const carryOut = async (request: ApiRequest): Promise<ApiAnswer> => {
    const answer = apiAnswer(cloud, request);
    if (request.method !== "GET") await onChange?.((answer.body as { token?: string })?.token);
    return answer;
  };
  const server = createServer((incoming, outgoing) => {
    answerTo(incoming)
      .catch((error) => ({ status: 500, headers: {}, body: { message: `${error}` } }))
      .then((answer) => {
        if (!answer) return incoming.socket.destroy();
        const { status, headers, body } = answer;
        outgoing.writeHead(status, { "content-type": "application/json", ...headers });
        return outgoing.end(status === 204 ? undefined : JSON.stringify(body));
      });
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  const address = server.address();
  const served = typeof address === "object" ? address?.port : port;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${served}`, cloud, faults, calls, close };
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const body = await text(incoming);
  return {
    method: incoming.method ?? "GET",
    path: pathname,
    query: searchParams,
    token: /^Bearer (.+)$/.exec(incoming.headers.authorization ?? "")?.[1],
    ...(body ? { body: JSON.parse(body) } : {}),
  };
}

/** By hand, for the real provider's plugin: node --import tsx cloud-server.ts SEED.json [STATE.json] */
if (import.meta.main) {
  const store = storeFromArguments<GrafanaSeed, GrafanaState>(process.argv.slice(2), EMPTY_GRAFANA);
  console.log((await serveSimulatedGrafana(store)).url);
}
