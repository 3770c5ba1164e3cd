import { setTimeout as sleep } from "node:timers/promises";
import { type HttpAnswer, NoAnswer, request } from "../engine/http.ts";
import type { Bag } from "../engine/values.ts";

/** Statuses after which the real plugin asks again, up to three times (`max_retries`). */
const RETRIED = [500, 502, 503, 504];
const MAX_RETRIES = 3;
/** What the real plugin waits between two tries unless `retryDelayMs` says otherwise, in ms. */
const RETRY_DELAY = 1000;

export interface GitHubAnswer {
  code: number;
  status: string;
  /** As Go's http.Header is written as JSON: canonical names, lists of values. */
  headers: Record<string, string[]>;
  /** As it came. */
  body: string;
}

/** GitHub's REST API as a configured provider asks it. */
export class GitHubClient {
  readonly #base: string;
  readonly #token: string;
  readonly #retryDelay: number;

  constructor(base: string, token: string, retryDelay: number) {
    this.#base = base;
    this.#token = token;
    this.#retryDelay = retryDelay;
  }

  /** Any answer, whatever its status; waited for without end. Throws where there is none. */
  async get(endpoint: string): Promise<GitHubAnswer> {
    const headers = {
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      accept: "application/vnd.github.v3+json",
    };
    for (let tries = 0; ; tries += 1) {
      const answer = await request({ method: "GET", url: this.#urlOf(endpoint), headers });
      const { status, reason, body } = answer;
      if (!RETRIED.includes(status) || tries >= MAX_RETRIES) {
        const code = status;
        return { code, status: `${code} ${reason}`, headers: canonical(answer.headers), body };
      }
      await sleep(this.#retryDelay);
    }
  }

  /** An answer as an error in go-github's words. */
  error(endpoint: string, { code, body }: GitHubAnswer): Error {
    return new Error(`GET ${this.#urlOf(endpoint)}: ${code} ${messageOf(body)} []`);
  }

  #urlOf(endpoint: string): string {
    return `${this.#base}${endpoint.replace(/^\//, "")}`;
  }
}

/** The client that a provider's configuration asks for, as the plugin's `Meta` makes it. */
export async function githubClient(config: Bag): Promise<GitHubClient> {
  const { baseUrl, owner, token, retryDelayMs } = config;
  const base = apiBase(String(baseUrl ?? "https://api.github.com/"));
  const client = new GitHubClient(base, String(token ?? ""), Number(retryDelayMs ?? RETRY_DELAY));
  // Whose token it is, where the owner is not told; whether the owner is an organization, where it is.
  if (owner) await client.get(`orgs/${owner}`).catch(noOrganization);
  else if (token) await mustAnswer(client, "user");
  return client;
}

async function mustAnswer(client: GitHubClient, endpoint: string): Promise<void> {
  const answer = await client.get(endpoint);
  if (answer.code >= 400) throw client.error(endpoint, answer);
}

/** As the plugin: an owner about whom nothing is heard is a user. */
function noOrganization(error: Error): void {
  if (!(error instanceof NoAnswer)) throw error;
}

/** Only GitHub itself has its API at the root; every other one below `api/v3`. */
export function apiBase(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (url.hostname === "api.github.com" || /^api\..+\.ghe\.com$/.test(url.hostname))
    return url.href;
  return `${url.href.replace(/\/+$/, "")}/api/v3/`;
}

function canonical(headers: HttpAnswer["headers"]): GitHubAnswer["headers"] {
  const name = (lower: string) => lower.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  return Object.fromEntries(Object.entries(headers).map(([key, values]) => [name(key), values]));
}

function messageOf(body: string): string {
  try {
    return JSON.parse(body).message;
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}
