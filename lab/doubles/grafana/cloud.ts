import { randomUUID } from "node:crypto";
import type { SimulatedStore } from "./cloud-store.ts";
import { cloudToken, saidBy, sha256 } from "./cloud-token.ts";
import {
  BOOTSTRAP_SCOPES,
  type GrafanaSeed,
  type GrafanaState,
  isScope,
  type Policy,
  type SeedStack,
  type Token,
} from "./cloud-types.ts";

/** An answer of the API that is an error. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const badRequest = (text: string) => new Refusal(400, "InvalidArgument", text);
const notFound = (what: string) => new Refusal(404, "NotFound", `${what} does not exist`);
const conflict = (text: string) => new Refusal(409, "Conflict", text);
const unauthorised = (text: string) => new Refusal(401, "InvalidCredentials", text);

type WantedPolicy = Pick<
  Policy,
  "region" | "name" | "displayName" | "scopes" | "realms" | "conditions"
>;
type WantedToken = Pick<Token, "region" | "accessPolicyId" | "name" | "displayName" | "expiresAt">;

/** The state of the SIMULATED Grafana Cloud: stacks, access policies, tokens. Refuses what the real API refuses. */
export class GrafanaCloud {
  readonly #store: SimulatedStore<GrafanaSeed, GrafanaState>;
  readonly #now: () => Date;
  readonly #seeded: GrafanaState;

  constructor(store: SimulatedStore<GrafanaSeed, GrafanaState>, now = () => new Date()) {
    this.#store = store;
    this.#now = now;
    this.#seeded = seeded(store.seed);
  }

  get now(): Date {
    return this.#now();
  }

  /** The API's view of a caller: refuses unknown and ended tokens, and known ones without the scope. */
  authorise(secret: string | undefined, scope: string): void {
    const token = secret && this.#tokenOf(secret);
    if (!token) {
      throw unauthorised(
        secret?.startsWith("glc_") ? "Token invalid" : "Token could not be parsed",
      );
    }
    if (this.#hasEnded(token)) throw unauthorised("Token expired");
    if (this.policy(token.accessPolicyId)?.scopes.includes(scope)) return;
    throw new Refusal(
      403,
      "Forbidden",
      "You do not have permission to perform the requested action.",
    );
  }

  /** Whether a sink would take a token: it exists, has not ended and its policy has that scope. */
  takes(secret: string, scope: string): boolean {
    const token = this.#tokenOf(secret);
    if (!token || this.#hasEnded(token)) return false;
    return this.policy(token.accessPolicyId)?.scopes.includes(scope) === true;
  }

  stack(slug: string): SeedStack | undefined {
    return this.#store.seed.stacks.find((stack) => stack.slug === slug);
  }

  policies(region: string, name?: string): Policy[] {
    return this.#all("policies").filter((one) => isAt(one, region, name));
  }

  tokens(region: string, name?: string): Token[] {
    return this.#all("tokens").filter((one) => isAt(one, region, name) && !this.#hasEnded(one));
  }

  policy(id: string, region?: string): Policy | undefined {
    return this.#all("policies").find((one) => one.id === id && isAt(one, region));
  }

  /** An ended token is gone: the real API deletes it. */
  token(id: string, region?: string): Token | undefined {
    const token = this.#all("tokens").find((one) => one.id === id && isAt(one, region));
    return token && !this.#hasEnded(token) ? token : undefined;
  }

  /** Refuses what the real API refuses of a policy. */
  #checkPolicy({ region, scopes, realms }: Pick<Policy, "region" | "scopes" | "realms">): void {
    this.checkRegion(region);
    for (const scope of scopes) if (!isScope(scope)) throw badRequest(`Unknown scope ${scope}`);
    if (scopes.length === 0) throw badRequest("At least one scope is required");
    for (const { type, identifier } of realms) {
      const known = this.#store.seed.stacks.some(({ id }) => `${id}` === identifier);
      if (type === "stack" && !known)
        throw badRequest(`Realm stack "${identifier}" does not exist`);
    }
  }

  checkRegion(region: string): void {
    const known = this.#store.seed.stacks.some(({ regionSlug }) => regionSlug === region);
    if (!known) throw badRequest(`Unknown region ${region}`);
  }

  createPolicy(wanted: WantedPolicy): Policy {
    this.#checkPolicy(wanted);
    if (this.policies(wanted.region, wanted.name).length > 0) {
      throw conflict(`An access policy with the name ${wanted.name} already exists`);
    }
    const policy = { ...wanted, ...this.#identity(), orgId: "1" };
    this.#store.state.policies.push(policy);
    this.#store.save();
    return policy;
  }

  updatePolicy(
    region: string,
    id: string,
    wanted: Pick<Policy, "displayName" | "scopes" | "realms" | "conditions">,
  ): Policy {
    const policy = this.policy(id, region);
    if (!policy) throw notFound(`Access policy ${id}`);
    this.#checkPolicy({ ...wanted, region });
    Object.assign(policy, wanted, { updatedAt: this.now.toISOString() });
    this.#store.save();
    return policy;
  }

  /** A policy takes its tokens with it. */
  deletePolicy(region: string, id: string): void {
    if (!this.policy(id, region)) throw notFound(`Access policy ${id}`);
    const { state } = this.#store;
    state.policies = state.policies.filter((policy) => policy.id !== id);
    state.tokens = state.tokens.filter((token) => token.accessPolicyId !== id);
    this.#store.save();
  }

  createToken(wanted: WantedToken): { token: Token; secret: string } {
    const { accessPolicyId, name, region } = wanted;
    if (!this.policy(accessPolicyId, region)) throw notFound(`Access policy ${accessPolicyId}`);
    if (this.tokens(region, name).length > 0) {
      throw conflict(`A token with the name ${name} already exists`);
    }
    const secret = cloudToken(name, region);
    const token = { ...wanted, ...this.#identity(), sha256: sha256(secret) };
    this.#store.state.tokens.push(token);
    this.#store.save();
    return { token, secret };
  }

  updateToken(region: string, id: string, displayName: string): Token {
    const token = this.token(id, region);
    if (!token) throw notFound(`Token ${id}`);
    Object.assign(token, { displayName, updatedAt: this.now.toISOString() });
    this.#store.save();
    return token;
  }

  deleteToken(region: string, id: string): void {
    if (!this.token(id, region)) throw notFound(`Token ${id}`);
    const { state } = this.#store;
    state.tokens = state.tokens.filter((token) => token.id !== id);
    this.#store.save();
  }

  #identity(): Pick<Policy, "id" | "createdAt" | "updatedAt"> {
    const createdAt = this.now.toISOString();
    return { id: randomUUID(), createdAt, updatedAt: createdAt };
  }

  #all<K extends "policies" | "tokens">(kind: K): GrafanaState[K] {
    return [...this.#seeded[kind], ...this.#store.state[kind]] as GrafanaState[K];
  }

  #tokenOf(secret: string): Token | undefined {
    const digest = sha256(secret);
    return this.#all("tokens").find((token) => token.sha256 === digest);
  }

  #hasEnded({ expiresAt }: Token): boolean {
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.now.getTime();
  }
}

function isAt(one: Policy | Token, region?: string, name?: string): boolean {
  return (
    (region === undefined || one.region === region) && (name === undefined || one.name === name)
  );
}

/** Bootstrap tokens as the API lists them: each has a policy, and the name that it says of itself. */
function seeded({ bootstrapTokens, stacks }: GrafanaSeed): GrafanaState {
  const times = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
  const fallback = stacks[0]?.regionSlug ?? "";
  const entries = bootstrapTokens.map(({ token, scopes = BOOTSTRAP_SCOPES, expiresAt }, index) => {
    const { name, region } = saidBy(token) ?? { name: `bootstrap-${index}`, region: fallback };
    const id = `bootstrap-${index}`;
    const common = { ...times, region, name, displayName: name };
    return {
      policy: { ...common, id, orgId: "1", scopes, realms: [{ type: "org", identifier: "1" }] },
      token: {
        ...common,
        id: `token-${index}`,
        accessPolicyId: id,
        expiresAt,
        sha256: sha256(token),
      },
    };
  });
  return {
    policies: entries.map(({ policy }) => policy),
    tokens: entries.map(({ token }) => token),
  };
}
