import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext } from "./provider.ts";
import type { Bag } from "./values.ts";

/** An answer that is an error, worded as the plugin passes it on. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, text: string, body: string) {
    super(`${status} ${text}\n${body}`);
    this.status = status;
  }
}

/** The plugin's defaults: three more tries, 1, 2 and 4 s apart unless the answer says how long. */
const RETRIES = 3;
/** The plugin waits for a stack's connections, which a new stack gets late, for two minutes. */
const CONNECTIONS_SECONDS = 120;

type Log = CallContext<unknown>["log"];

/** Grafana Cloud's HTTP API as the provider's plugin speaks it: its retries, its way to say an error. */
export class GrafanaClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  get(path: string): Promise<Bag> {
    return this.#send("GET", path);
  }

  post(path: string, body: Bag): Promise<Bag> {
    return this.#send("POST", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#send("DELETE", path);
  }

  /** What is there, or nothing for 404. */
  async find(path: string): Promise<Bag | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Connections of a stack; a 404 is asked again for two minutes. */
  async connections(path: string, log: Log): Promise<Bag> {
    for (let second = 0; ; second += 1) {
      const answer = await this.find(path);
      if (answer) return answer;
      if (second >= CONNECTIONS_SECONDS) return this.get(path);
      log("info", `waiting for ${path}`, true);
      await sleep(1000);
    }
  }

  async #send(method: string, path: string, body?: Bag): Promise<Bag> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#once(method, path, body);
      if (answer && !mayPass(answer.status)) return read(answer);
      // 429 and 5xx that stay end in this, without what the API said; so does a connection that fails.
      if (tries > RETRIES) {
        throw new Error(`${method} ${this.#url}/api${path} giving up after ${tries} attempt(s)`);
      }
      const asked = Number(answer?.headers.get("retry-after"));
      await sleep(asked > 0 ? asked * 1000 : 1000 * 2 ** (tries - 1));
    }
  }

  async #once(method: string, path: string, body?: Bag): Promise<Response | undefined> {
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    const request = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    // `fetch` rejects with a TypeError for whatever keeps an answer away.
    return fetch(`${this.#url}/api${path}`, request).catch((error: Error) => {
      if (error instanceof TypeError) return undefined;
      throw error;
    });
  }
}

function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}

async function read(answer: Response): Promise<Bag> {
  const text = await answer.text();
  if (!answer.ok) throw new ApiError(answer.status, answer.statusText, text);
  return text ? JSON.parse(text) : {};
}
