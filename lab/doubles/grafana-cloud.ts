import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  type GrafanaSeed,
  type GrafanaState,
  isScope,
  type Policy,
  type SeedStack,
  type Token,
} from "./grafana-types.ts";
import type { SimulatedStore } from "./simulated-store.ts";

/** In-memory stand-in for Grafana Cloud's API (grafana.com/api): stacks, access policies, tokens. */

/** An answer of the API that is an error, worded as the provider passes it on. */
function refused(status: string, code: string, text: string): Error {
  return new Error(`${status}\n${JSON.stringify({ code, message: text })}`);
}

const badRequest = (text: string) => refused("400 Bad Request", "InvalidArgument", text);
const notFound = (text: string) => refused("404 Not Found", "NotFound", text);
const conflict = (text: string) => refused("409 Conflict", "Conflict", text);

export class GrafanaCloud {
  readonly #store: SimulatedStore<GrafanaSeed, GrafanaState>;
  readonly #now: () => Date;

  constructor(store: SimulatedStore<GrafanaSeed, GrafanaState>, now = () => new Date()) {
    this.#store = store;
    this.#now = now;
  }

  get now(): Date {
    return this.#now();
  }

  /** The API's view of a caller: refuses unknown tokens, and known ones without the scope. */
  authorise(token: string | undefined, scope: string): void {
    const known = this.#store.seed.bootstrapTokens
      .map((entry) => (typeof entry === "string" ? { token: entry, scopes: undefined } : entry))
      .find((entry) => entry.token === token);
    if (!known) {
      throw refused("401 Unauthorized", "InvalidCredentials", "Token invalid");
    }
    if (known.scopes && !known.scopes.includes(scope)) {
      throw refused("403 Forbidden", "Forbidden", `This token has no scope ${scope}`);
    }
  }

  stack(slug: string): SeedStack | undefined {
    return this.#store.seed.stacks.find((stack) => stack.slug === slug);
  }

  policy(id: string): Policy | undefined {
    return this.#store.state.policies.find((policy) => policy.id === id);
  }

  token(id: string): Token | undefined {
    return this.#store.state.tokens.find((token) => token.id === id);
  }

  /** Refuses what the real API refuses of a policy. */
  #checkPolicy({ region, scopes, realms }: Pick<Policy, "region" | "scopes" | "realms">): void {
    const { stacks } = this.#store.seed;
    if (!stacks.some((stack) => stack.regionSlug === region)) {
      throw badRequest(`Unknown region ${region}`);
    }
    for (const scope of scopes) if (!isScope(scope)) throw badRequest(`Unknown scope ${scope}`);
    if (scopes.length === 0) throw badRequest("At least one scope is required");
    for (const { type, identifier } of realms) {
      if (type === "stack" && !stacks.some((stack) => stack.id === identifier)) {
        throw badRequest(`Realm stack ${JSON.stringify(identifier)} does not exist`);
      }
    }
  }

  createPolicy(
    wanted: Pick<Policy, "region" | "name" | "displayName" | "scopes" | "realms">,
  ): Policy {
    this.#checkPolicy(wanted);
    const { policies } = this.#store.state;
    if (policies.some(({ name, region }) => name === wanted.name && region === wanted.region)) {
      throw conflict(`An access policy with the name ${wanted.name} already exists`);
    }
    const createdAt = this.now.toISOString();
    const policy = { ...wanted, id: randomUUID(), createdAt, updatedAt: createdAt };
    policies.push(policy);
    this.#store.save();
    return policy;
  }

  updatePolicy(id: string, wanted: Pick<Policy, "displayName" | "scopes" | "realms">): Policy {
    const policy = this.policy(id);
    if (!policy) throw notFound(`Access policy ${id} does not exist`);
    this.#checkPolicy({ ...wanted, region: policy.region });
    Object.assign(policy, wanted, { updatedAt: this.now.toISOString() });
    this.#store.save();
    return policy;
  }

  /** A policy takes its tokens with it. */
  deletePolicy(id: string): void {
    const { state } = this.#store;
    state.policies = state.policies.filter((policy) => policy.id !== id);
    state.tokens = state.tokens.filter((token) => token.accessPolicyId !== id);
    this.#store.save();
  }

  createToken(
    wanted: Pick<Token, "region" | "accessPolicyId" | "name" | "displayName" | "expiresAt">,
  ): { token: Token; secret: string } {
    const policy = this.policy(wanted.accessPolicyId);
    if (!policy || policy.region !== wanted.region) {
      throw notFound(`Access policy ${wanted.accessPolicyId} does not exist in ${wanted.region}`);
    }
    const { tokens } = this.#store.state;
    if (tokens.some(({ name }) => name === wanted.name)) {
      throw conflict(`A token with the name ${wanted.name} already exists`);
    }
    const secret = cloudToken(wanted.name, wanted.region);
    const createdAt = this.now.toISOString();
    const sha256 = createHash("sha256").update(secret).digest("hex");
    const token = { ...wanted, id: randomUUID(), createdAt, updatedAt: createdAt, sha256 };
    tokens.push(token);
    this.#store.save();
    return { token, secret };
  }

  updateToken(id: string, displayName: string): Token {
    const token = this.token(id);
    if (!token) throw notFound(`Token ${id} does not exist`);
    Object.assign(token, { displayName, updatedAt: this.now.toISOString() });
    this.#store.save();
    return token;
  }

  deleteToken(id: string): void {
    const { state } = this.#store;
    state.tokens = state.tokens.filter((token) => token.id !== id);
    this.#store.save();
  }
}

/** A token of the real shape: `glc_` and Base64 of a small JSON text. */
function cloudToken(name: string, region: string): string {
  const content = { o: "1", n: name, k: randomBytes(18).toString("base64"), m: { r: region } };
  return `glc_${Buffer.from(JSON.stringify(content)).toString("base64")}`;
}
