import { setTimeout as sleep } from "node:timers/promises";
import { type HttpAnswer, NoAnswer, request } from "../engine/http.ts";
import type { Bag } from "../engine/values.ts";
import { retried } from "./retries.ts";

/** An answer that is an error, worded as the plugin passes it on. */
class ApiError extends Error {
  readonly status: number;

  constructor(status: number, text: string, body: string) {
    super(`${status} ${text}\n${body}`);
    this.status = status;
  }
}

/** Every try within one call failed, or what failed was said to pass: without what the API said. */
class GaveUp extends Error {}

/** Further tries within one call: 1, 2 and 4 s apart, unless a 429 or 503 says how long. */
const RETRIES = 3;
/** What the plugin waits before it makes a call again that gave up, in s, besides its growing pause. */
const PAUSE = 1;

/** Grafana Cloud's HTTP API as the provider's plugin speaks it: its retries, its way to say an error. */
export class GrafanaClient {
  readonly #url: string;
  readonly #token: string;
  readonly #second: number;

  /** `second`: what the plugin takes for a second, in ms. Only tests set it. */
  constructor(url: string, token: string, second = 1000) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
    this.#second = second;
  }

  get(path: string): Promise<Bag> {
    return this.#patiently("GET", path);
  }

  post(path: string, body: Bag): Promise<Bag> {
    return this.#patiently("POST", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#patiently("DELETE", path);
  }

  /** What is there, or nothing for 404. */
  find(path: string): Promise<Bag | undefined> {
    return unlessMissing(this.get(path));
  }

  /** Connections of a stack, which a new one has late: a 404 is asked again for two minutes, nothing else is. */
  connections(path: string): Promise<Bag> {
    const mayPass = (error: Error) => error instanceof ApiError && error.status === 404;
    return retried((signal) => this.#send("GET", path, signal), { mayPass, second: this.#second });
  }

  /** A call that gave up is made again for two minutes. */
  #patiently(method: string, path: string, body?: Bag): Promise<Bag> {
    const second = this.#second;
    const call = async (signal: AbortSignal) => {
      try {
        return await this.#send(method, path, signal, body);
      } catch (error) {
        if (error instanceof GaveUp) await sleep(PAUSE * second, undefined, { signal });
        throw error;
      }
    };
    return retried(call, { mayPass: (error) => error instanceof GaveUp, second });
  }

  async #send(method: string, path: string, signal: AbortSignal, body?: Bag): Promise<Bag> {
    const url = `${this.#url}/api${path}`;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#once(method, url, signal, body);
      if (!(answer instanceof NoAnswer) && !mayPass(answer.status)) return read(answer);
      if (tries > RETRIES) {
        const why = answer instanceof NoAnswer ? `: ${answer.message}` : "";
        const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
        throw new GaveUp(
          `${verb} "${url}": ${method} ${url} giving up after ${tries} attempt(s)${why}`,
        );
      }
      const pause = asked(answer) ?? 2 ** (tries - 1);
      await sleep(pause * this.#second, undefined, { signal });
    }
  }

  async #once(method: string, url: string, signal: AbortSignal, body?: Bag) {
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    return request({ method, url, headers, body, signal }).catch((error: Error) => {
      if (error instanceof NoAnswer) return error;
      throw error;
    });
  }
}

function mayPass(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

/** How long the API asks to wait, in s, as far as the plugin listens: whole seconds, of these two answers. */
function asked(answer: HttpAnswer | NoAnswer): number | undefined {
  if (answer instanceof NoAnswer || ![429, 503].includes(answer.status)) return undefined;
  const [header = ""] = answer.headers["retry-after"] ?? [];
  return /^\d+$/.test(header) ? Number(header) : undefined;
}

function read({ status, reason, body }: HttpAnswer): Bag {
  if (status >= 300) throw new ApiError(status, reason, body);
  return body ? JSON.parse(body) : {};
}

/** Nothing in place of a 404. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: Error) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
}
