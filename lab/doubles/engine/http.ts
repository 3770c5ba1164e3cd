import { request as http, type IncomingMessage } from "node:http";
import { request as https } from "node:https";
import { text } from "node:stream/consumers";

export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** `Forbidden`. */
  reason: string;
  /** Values by names in lower case. */
  headers: Record<string, string[]>;
  body: string;
}

/** There was no answer; worded as Go's client words it. */
export class NoAnswer extends Error {}

/**
 * One request as a plugin sends it. Go's client waits for an answer without end; `fetch` would give up
 * after 5 min.
 */
export async function request(wanted: HttpRequest): Promise<HttpAnswer> {
  const { method, url } = wanted;
  try {
    const answer = await send(wanted);
    const { statusCode = 0, statusMessage = "", headersDistinct } = answer;
    const headers = Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values = []]) => [name, values]),
    );
    return { status: statusCode, reason: statusMessage, headers, body: await text(answer) };
  } catch (error) {
    if (wanted.signal?.aborted) throw error;
    const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
    throw new NoAnswer(`${verb} "${url}": ${reasonOf(error as NodeJS.ErrnoException, url)}`);
  }
}

function send({ method, url, headers, body, signal }: HttpRequest): Promise<IncomingMessage> {
  const open = new URL(url).protocol === "https:" ? https : http;
  return new Promise((done, fail) => {
    const sent = open(url, { method, headers, signal }, done);
    sent.once("error", fail);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, url: string): string {
  if (code === "ECONNREFUSED") return `dial tcp ${new URL(url).host}: connect: connection refused`;
  return code === "ECONNRESET" ? "EOF" : message;
}
