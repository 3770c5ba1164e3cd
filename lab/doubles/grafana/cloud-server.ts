import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { GrafanaCloud } from "./cloud.ts";
import { type ApiAnswer, type ApiRequest, apiAnswer } from "./cloud-api.ts";
import { Faults, faultAnswer } from "./cloud-faults.ts";

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
  /** Called after each request that may have changed something, before it is answered; a new token with it. */
  onChange?: (issued?: string) => Promise<void>;
}

/** Serves on loopback alone. */
export async function serveSimulatedGrafana(
  cloud: GrafanaCloud,
  { port = 0, onChange }: ServeOptions = {},
): Promise<SimulatedGrafana> {
  const faults = new Faults();
  const calls: string[] = [];
  const carryOut = async (request: ApiRequest): Promise<ApiAnswer> => {
    const answer = apiAnswer(cloud, request);
    if (request.method !== "GET") await onChange?.((answer.body as { token?: string })?.token);
    return answer;
  };
  const answerTo = async (incoming: IncomingMessage): Promise<ApiAnswer | undefined> => {
    calls.push(`${incoming.method} ${incoming.url}`);
    const request = await read(incoming);
    const fault = faults.meet(request) ?? {};
    if (fault.delay) await sleep(fault.delay, undefined, { ref: false });
    const carriedOut = !(fault.hangUp || fault.status) || fault.done;
    const answer = carriedOut ? await carryOut(request) : undefined;
    if (fault.hangUp) return undefined;
    return fault.status ? faultAnswer(fault) : answer;
  };
  const server = createServer(async (incoming, outgoing) => {
    const answer = await answerTo(incoming).catch(
      (error): ApiAnswer => ({ status: 500, body: { message: `${error}` } }),
    );
    if (!answer) return incoming.socket.destroy();
    const { status, headers, body } = answer;
    outgoing.writeHead(status, { "content-type": "application/json", ...headers });
    return outgoing.end(status === 204 ? undefined : JSON.stringify(body));
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url, cloud, faults, calls, close };
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
