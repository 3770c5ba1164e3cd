import { hash } from "node:crypto";
import {
  type Access,
  type Caller,
  GithubAccounts,
  type GithubSeed,
  type Rights,
  rightsOf,
  type SeedApp,
} from "./github-accounts.ts";
import { describe, pulls, releases } from "./github-repositories.ts";

export interface ApiRequest {
  method: string;
  /** Without the query. */
  path: string;
  authorization?: string;
  /** Parsed JSON of the body. */
  body?: Record<string, unknown>;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Status and body of an answer; what all answers have in common comes on top. */
type Answer = [status: number, body?: unknown];

/** Calls an hour, with and without a token. */
const LIMIT = { known: 5000, unknown: 60 };

const NOT_FOUND: Answer = [404, { message: "Not Found", status: "404" }];

/** What writes to a repository needs, and which fields the call must have. */
const WRITES: Record<string, { right: keyof Rights; fields: string[] }> = {
  issues: { right: "issues", fields: ["title"] },
  pulls: { right: "pullRequests", fields: ["head", "base"] },
  "git/refs": { right: "contents", fields: ["ref", "sha"] },
};

/** Answers as GitHub's REST API does, as far as this project calls it, below `/api/v3` as well. */
export class GithubApi {
  /** What was made since the start, by path. */
  readonly made: Record<string, Record<string, unknown>> = {};
  readonly #seed: () => GithubSeed;
  readonly #accounts: GithubAccounts;
  #calls = 0;

  /** The seed is asked for at each call: a test can change it while the stand-in runs. */
  constructor(seed: () => GithubSeed) {
    this.#seed = seed;
    this.#accounts = new GithubAccounts(seed);
  }

  answer(request: ApiRequest): ApiAnswer {
    this.#calls += 1;
    const caller = this.#accounts.caller(request.authorization);
    const headers = this.#headers(caller);
    const [status, body] = caller
      ? this.#route(request, caller)
      : ([401, { message: "Bad credentials", status: "401" }] satisfies Answer);
    return { status, headers, body };
  }

  #route(request: ApiRequest, caller: Caller): Answer {
    const { method } = request;
    // GitHub Enterprise, and so a client that was given another base URL, has its API below /api/v3.
    const path = request.path.replace(/^\/api\/v3(?=\/)/, "");
    if (method === "GET" && path === "/rate_limit") return [200, rateLimit(caller, this.#calls)];
    if (method === "GET" && path === "/user") {
      return caller.token?.login ? [200, { login: caller.token.login }] : unaccessible(caller);
    }
    const [, installation] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path) ?? [];
    if (method === "POST" && installation) return this.#installationToken(caller, installation);
    const [, name = "", part = ""] = /^\/repos\/([^/]+\/[^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    return this.#repository(request, caller, name, part);
  }

  #installationToken({ app }: Caller, installation: string): Answer {
    if (!app) return [401, { message: "A JSON web token could not be decoded" }];
    if (String(app.installationId) !== installation) return NOT_FOUND;
    const { token, expiresAt } = this.#accounts.issue(app);
    return [201, { token, expires_at: expiresAt.toISOString(), permissions: permissionsOf(app) }];
  }

  #repository(request: ApiRequest, caller: Caller, asked: string, part: string): Answer {
    const { repositories } = this.#seed();
    const names = Object.keys(repositories);
    const index = names.findIndex((known) => known.toLowerCase() === asked.toLowerCase());
    const name = names[index];
    const repository = name === undefined ? undefined : repositories[name];
    if (name === undefined || !repository) return NOT_FOUND;
    const rights = rightsOf(caller, name, repository);
    if (!rights) return NOT_FOUND;
    if (/^(actions\/secrets|environments)\//.test(part)) {
      return this.#keeper(request, caller, `${name}/${part}`, rights);
    }
    if (request.method === "POST") return this.#create(request, caller, part, rights);
    if (request.method !== "GET") return NOT_FOUND;
    // Where a repository was renamed GitHub redirects, and clients follow by themselves.
    const today = repository.renamedTo ?? name;
    if (part === "") {
      const push = caller.token?.ownerPushes?.includes(name) ?? false;
      const permissions = { admin: push, push, pull: true };
      return [200, describe(today, index, { private: !repository.public, permissions })];
    }
    if (part === "releases") return [200, releases(today)];
    if (part === "issues") return allowed(caller, rights.issues, []);
    if (part === "pulls") return allowed(caller, rights.pullRequests, pulls(today, index));
    return NOT_FOUND;
  }

  /** As GitHub: who may not is told so before the call's fields are looked at. */
  #create({ path, body = {} }: ApiRequest, caller: Caller, part: string, rights: Rights): Answer {
    const write = WRITES[part];
    if (!write) return NOT_FOUND;
    if (rights[write.right] !== "write") return unaccessible(caller);
    if (write.fields.some((field) => body[field] === undefined)) {
      return [422, { message: "Validation Failed", status: "422" }];
    }
    this.made[`${path}#${this.#calls}`] = body;
    return [201, body];
  }

  /** Secrets of workflows, of which only a hash is kept, and environments. */
  #keeper({ method, body = {} }: ApiRequest, caller: Caller, key: string, rights: Rights): Answer {
    const right = key.includes("/actions/secrets/") ? "secrets" : "environments";
    const access: Access | undefined = rights[right];
    if (!access || (method !== "GET" && access !== "write")) return unaccessible(caller);
    if (key.endsWith("/secrets/public-key")) return [200, { key_id: "1", key: "bGFi" }];
    if (method === "PUT") {
      const known = this.made[key];
      const updated_at = new Date().toISOString();
      const kept =
        right === "secrets" ? { sha256: hash("sha256", String(body.encrypted_value)) } : body;
      this.made[key] = { ...kept, created_at: known?.created_at ?? updated_at, updated_at };
      return [known ? 204 : 201, this.made[key]];
    }
    const known = this.made[key];
    if (!known) return NOT_FOUND;
    if (method === "DELETE") delete this.made[key];
    return method === "DELETE" ? [204] : [200, known];
  }

  #headers(caller: Caller | undefined): Record<string, string> {
    const { limit, remaining, reset } = rateLimit(caller, this.#calls).rate;
    const { expiresAt, classicScopes } = caller?.token ?? {};
    return {
      "content-type": "application/json; charset=utf-8",
      // Without it the real provider plugin answers as if nothing was found.
      "x-github-request-id": `LAB:${this.#calls}`,
      "x-ratelimit-limit": `${limit}`,
      "x-ratelimit-remaining": `${remaining}`,
      "x-ratelimit-reset": `${reset}`,
      ...(expiresAt && { "github-authentication-token-expiration": expiryText(expiresAt) }),
      ...(classicScopes !== undefined && { "x-oauth-scopes": classicScopes }),
    };
  }
}

/** What an app was granted, by GitHub's names, as the answer with its token tells. */
function permissionsOf({ repositories }: SeedApp): Record<string, Access> {
  const { pullRequests, ...rights }: Rights = Object.assign({}, ...Object.values(repositories));
  return { metadata: "read", ...rights, ...(pullRequests && { pull_requests: pullRequests }) };
}

/** `2027-01-31 12:00:00 UTC`, as GitHub writes the end of a token. */
function expiryText(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function allowed(caller: Caller, access: Access | undefined, body: unknown): Answer {
  return access ? [200, body] : unaccessible(caller);
}

function unaccessible({ token, installation }: Caller): Answer {
  if (!token && !installation) return [401, { message: "Requires authentication", status: "401" }];
  const who = token ? "personal access token" : "integration";
  return [403, { message: `Resource not accessible by ${who}`, status: "403" }];
}

function rateLimit(caller: Caller | undefined, used: number) {
  const limit = caller && Object.keys(caller).length > 0 ? LIMIT.known : LIMIT.unknown;
  const reset = Math.ceil(Date.now() / 3_600_000) * 3600;
  const core = { limit, used, remaining: Math.max(0, limit - used), reset };
  return { resources: { core }, rate: core };
}
