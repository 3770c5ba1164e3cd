import { createSign } from "node:crypto";
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

/** GitHub's REST API as a configured provider calls it. */
export class GitHubClient {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #retryDelay: number;
  readonly owner: string | undefined;

  constructor(
    base: string,
    token: string | undefined,
    owner: string | undefined,
    retryDelay = RETRY_DELAY,
  ) {
    this.#base = base;
    this.#token = token;
    this.#retryDelay = retryDelay;
    this.owner = owner;
  }

  /** Any answer, whatever its status; waited for without end. Throws where there is none. */
  async call(method: string, endpoint: string, body?: Bag): Promise<GitHubAnswer> {
    const url = `${this.#base}${endpoint.replace(/^\//, "")}`;
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#send(method, url, body);
      if (!RETRIED.includes(answer.status) || tries >= MAX_RETRIES) {
        const { status, reason, headers } = answer;
        const canonised = canonical(headers);
        return {
          code: status,
          status: `${status} ${reason}`,
          headers: canonised,
          body: answer.body,
        };
      }
      await new Promise((done) => setTimeout(done, this.#retryDelay));
    }
  }

  /** The body of an answer without an error. Throws as go-github words it. */
  async wanted(method: string, endpoint: string, body?: Bag): Promise<Bag> {
    const answer = await this.call(method, endpoint, body);
    if (answer.code >= 400) throw this.error(method, endpoint, answer);
    return answer.body ? JSON.parse(answer.body) : {};
  }

  /** An error as go-github words it. */
  error(method: string, endpoint: string, { code, body }: GitHubAnswer): Error {
    const url = `${this.#base}${endpoint.replace(/^\//, "")}`;
    return new Error(`${method} ${url}: ${code} ${messageOf(body)} []`);
  }

  #send(method: string, url: string, body?: Bag): Promise<HttpAnswer> {
    const headers = {
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      accept: "application/vnd.github.v3+json",
    };
    return request({ method, url, headers, body });
  }
}

/** The client that a provider's configuration asks for, as the plugin's `Meta` makes it. */
export async function githubClient(config: Bag): Promise<GitHubClient> {
  const base = apiBase(text(config.baseUrl) ?? "https://api.github.com/");
  const owner = text(config.owner) ?? text(config.organization);
  const token = text(config.token) ?? (await installationToken(base, config.appAuth, owner));
  const delay = Number(text(config.retryDelayMs) ?? RETRY_DELAY);
  const client = new GitHubClient(base, token, owner, delay);
  // Whose token it is, where the owner is not told; whether the owner is an organization, where it is.
  if (!owner && token) await client.wanted("GET", "user");
  if (owner) await client.call("GET", `orgs/${owner}`).catch(noOrganization);
  return client;
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

/** A token of an app's installation, for a statement signed with the app's key. */
async function installationToken(
  base: string,
  appAuth: unknown,
  owner: string | undefined,
): Promise<string | undefined> {
  if (appAuth === undefined) return undefined;
  // Whatever is not plain text in a provider's configuration travels as JSON.
  const app: Bag = typeof appAuth === "string" ? JSON.parse(appAuth) : appAuth;
  const statement = appStatement(String(app.id), String(app.pemFile));
  const client = new GitHubClient(base, statement, owner);
  const path = `app/installations/${app.installationId}/access_tokens`;
  return text((await client.wanted("POST", path)).token);
}

function appStatement(id: string, privateKey: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: id, iat: now - 60, exp: now + 540 })}`;
  const signature = createSign("sha256").update(signed).sign(privateKey, "base64url");
  return `${signed}.${signature}`;
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

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}
