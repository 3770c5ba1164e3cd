import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** Grafana Cloud's HTTP API, and the token that it is asked with. */
export interface CloudApi {
  /** Without the path: `https://grafana.com`. */
  url: string;
  token: string;
}

/** What the asking needs of this machine; a test gives its own. */
export interface Surroundings {
  fetch: typeof fetch;
  wait(milliseconds: number): Promise<unknown>;
  /** Tells the operator what is being waited for. */
  say(text: string): void;
  /** Milliseconds since any fixed moment. */
  now(): number;
}

/** An answer of the API; status 0 stands for none, with the reason as text. */
export interface Answer {
  status: number;
  /** `Forbidden`, or why there is no answer. */
  text: string;
  body: Record<string, unknown>;
  /** How long the API asks to wait, in ms. */
  retryAfter?: number;
}

/** Longest wait for one answer, and for one that may yet come or change. */
const ANSWER_MS = 10_000;
export const PATIENCE_MS = 60_000;

export const thisMachine: Surroundings = {
  fetch: (...request) => fetch(...request),
  wait: (milliseconds) => sleep(milliseconds),
  say: (text) => void pulumi.log.info(text),
  now: () => performance.now(),
};

/** Asks until there is an answer that will not change by itself, a minute at most, as the API asks to wait. */
export async function ask(
  api: CloudApi,
  path: string,
  surroundings: Surroundings = thisMachine,
): Promise<Answer> {
  const { now, say, wait } = surroundings;
  const end = now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    const answer = await askOnce(api, path, surroundings);
    const pause = answer.retryAfter ?? Math.min(1000 * 2 ** (tries - 1), 8000);
    if (!mayPass(answer) || now() + pause > end) return answer;
    say(`${api.url}: ${statusOf(answer)}; asking again in ${Math.ceil(pause / 1000)} s`);
    await wait(pause);
  }
}

/** `503 Service Unavailable`, or why there was no answer. */
export function statusOf({ status, text }: Answer): string {
  return status === 0 ? text : `${status} ${text}`.trim();
}

/** What the API says of an error, without the token, should it repeat that. */
export function messageOf({ body }: Answer, { token }: CloudApi): string {
  const message = typeof body.message === "string" ? body.message : "";
  return (message.split("\n")[0] ?? "").replaceAll(token, "<token>").slice(0, 200);
}

/** No answer, a rate limit, or a fault of the API's own. */
function mayPass({ status }: Answer): boolean {
  return status === 0 || status === 429 || status >= 500;
}

async function askOnce(
  { url, token }: CloudApi,
  path: string,
  { fetch }: Surroundings,
): Promise<Answer> {
  try {
    const answer = await fetch(`${url.replace(/\/+$/, "")}/api${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      // A redirect to another host would lose the token and read as a wrong one.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { status, statusText, headers } = answer;
    const retryAfter = milliseconds(headers.get("retry-after"));
    return { status, text: statusText, body: bodyOf(await answer.text(), answer.ok), retryAfter };
  } catch (error) {
    return { status: 0, text: reasonOf(error as Error), body: {} };
  }
}

class NotTheApi extends Error {}

/** JSON, or for an error of some proxy, nothing. */
function bodyOf(text: string, ok: boolean): Record<string, unknown> {
  try {
    const body = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (ok) throw new NotTheApi("its answer is not one of Grafana Cloud's API");
  return {};
}

/** Why there is no answer: `fetch failed` says nothing, its cause does. */
function reasonOf(error: Error): string {
  if (error instanceof NotTheApi) return error.message;
  if (error.name === "TimeoutError") return `no answer within ${ANSWER_MS / 1000} s`;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code ?? message;
}

/** The header `Retry-After`: seconds, or a date. */
function milliseconds(header: string | null): number | undefined {
  if (!header) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}
