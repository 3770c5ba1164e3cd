import { createHash, randomUUID } from "node:crypto";
import type { SimulatedStore } from "./simulated-store.ts";

/** In-memory stand-in for GitHub's REST API: what a token may see, when it ends, secrets, environments. */

export interface SeedToken {
  token: string;
  /** ISO time; without it the token never ends. A time in the past makes it a dead one. */
  expiresAt?: string;
  /** Scopes of a classic token, e.g. "repo, read:org". */
  classicScopes?: string;
  login: string;
  /** What a fine-grained token may do, by repository ("owner/name"). */
  repositories: Record<string, { push?: boolean; issues?: boolean; pullRequests?: boolean }>;
}

export interface GitHubSeed {
  tokens: SeedToken[];
  /** Repositories that exist; private unless they say otherwise. */
  repositories: Record<string, { id: number; public?: boolean }>;
}

export interface GitHubState {
  secrets: Record<string, { updatedAt: string; sha256: string }>;
  environments: Record<string, { settings: Record<string, unknown> }>;
}

export const EMPTY_GITHUB: GitHubState = { secrets: {}, environments: {} };

export interface Answer {
  code: number;
  status: string;
  /** As Go's http.Header is written as JSON: canonical names, lists of values. */
  headers: Record<string, string[]>;
  body: unknown;
}

const TEXT: Record<number, string> = {
  200: "OK",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
};

/** "2027-01-31 12:00:00 UTC", as GitHub writes the expiry. */
export function expiryText(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export class GitHubApi {
  readonly #store: SimulatedStore<GitHubSeed, GitHubState>;

  constructor(store: SimulatedStore<GitHubSeed, GitHubState>) {
    this.#store = store;
  }

  get state(): GitHubState {
    return this.#store.state;
  }

  repositoryId(repository: string): number | undefined {
    return this.#store.seed.repositories[repository]?.id;
  }

  get(token: string | undefined, endpoint: string): Answer {
    const path = endpoint.replace(/^\//, "").replace(/\?.*$/, "");
    const known = this.#store.seed.tokens.find((entry) => entry.token === token);
    const expired = known?.expiresAt && Date.parse(known.expiresAt) <= Date.now();
    if (token && (!known || expired)) return answer(401, { message: "Bad credentials" });
    const headers = tokenHeaders(known);
    if (path === "user" && known) return answer(200, { login: known.login }, headers);
    if (path === "rate_limit") return answer(200, { rate: { limit: 5000 } }, headers);
    const [, owner, name, what] = /^repos\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    return this.#repository(`${owner}/${name}`, what, known, headers);
  }

  #repository(
    full: string,
    what: string | undefined,
    token: SeedToken | undefined,
    headers: Answer["headers"],
  ): Answer {
    const repository = this.#store.seed.repositories[full];
    const rights = token?.repositories[full];
    if (!repository || (!rights && !repository.public)) {
      return answer(404, { message: "Not Found", status: "404" }, headers);
    }
    if (what === undefined) {
      const permissions = { admin: false, push: rights?.push === true, pull: true };
      const body = { id: repository.id, full_name: full, private: !repository.public, permissions };
      return answer(200, body, headers);
    }
    const allowed = { issues: rights?.issues, pulls: rights?.pullRequests }[what];
    if (allowed === undefined && !(what === "issues" || what === "pulls")) {
      return answer(404, { message: "Not Found", status: "404" }, headers);
    }
    if (allowed || repository.public) return answer(200, [], headers);
    const text = "Resource not accessible by personal access token";
    return answer(403, { message: text, status: "403" }, headers);
  }

  /** What the real API requires before it takes a secret or an environment. */
  requireWrite(token: string | undefined, repository: string): void {
    const { code, body } = this.get(token, `repos/${repository}`);
    if (code !== 200) throw requestError(`repos/${repository}`, code, body);
    const { permissions } = body as { permissions: { push: boolean } };
    if (!permissions.push) {
      throw requestError(`repos/${repository}`, 403, {
        message: "Resource not accessible by personal access token",
      });
    }
  }

  putSecret(key: string, value: string): { updatedAt: string } {
    const sha256 = createHash("sha256").update(value).digest("hex");
    const secret = { updatedAt: new Date().toISOString(), sha256 };
    this.state.secrets[key] = secret;
    this.#store.save();
    return secret;
  }

  deleteSecret(key: string): void {
    delete this.state.secrets[key];
    this.#store.save();
  }

  putEnvironment(key: string, settings: Record<string, unknown>): void {
    this.state.environments[key] = { settings };
    this.#store.save();
  }

  deleteEnvironment(key: string): void {
    delete this.state.environments[key];
    this.#store.save();
  }
}

/** An error as go-github words it. */
export function requestError(endpoint: string, code: number, body: unknown): Error {
  const { message } = body as { message: string };
  return new Error(`GET https://api.github.com/${endpoint}: ${code} ${message} []`);
}

function tokenHeaders(token: SeedToken | undefined): Answer["headers"] {
  return {
    ...(token?.expiresAt
      ? { "Github-Authentication-Token-Expiration": [expiryText(token.expiresAt)] }
      : {}),
    ...(token?.classicScopes !== undefined ? { "X-Oauth-Scopes": [token.classicScopes] } : {}),
  };
}

function answer(code: number, body: unknown, headers: Answer["headers"] = {}): Answer {
  const common = {
    "Content-Type": ["application/json; charset=utf-8"],
    "X-Github-Request-Id": [randomUUID().toUpperCase()],
  };
  return { code, status: `${code} ${TEXT[code]}`, headers: { ...common, ...headers }, body };
}
