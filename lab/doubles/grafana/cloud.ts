import { hash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cloudToken, saidBy } from "./cloud-token.ts";
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
const FORBIDDEN = "You do not have permission to perform the requested action.";

type Made = "id" | "orgId" | "createdAt" | "updatedAt";
type ChangedPolicy = Pick<Policy, "displayName" | "scopes" | "realms" | "conditions">;

/**
 * The SIMULATED Grafana Cloud: stacks, access policies, tokens. Refuses what the real API refuses. With a file
 * what was made outlives the process, so that several engine runs see the same.
 */
export class GrafanaCloud {
  readonly #seed: GrafanaSeed;
  readonly #seeded: GrafanaState;
  readonly #file: string | undefined;
  #made: GrafanaState = { policies: [], tokens: [] };

  constructor(seed: GrafanaSeed, file?: string) {
    this.#seed = seed;
    this.#seeded = seeded(seed);
    this.#file = file;
    if (file && existsSync(file)) this.#made = JSON.parse(readFileSync(file, "utf8"));
  }

  /** The API's view of a caller: refuses unknown and ended tokens, and known ones without the scope. */
  authorise(secret: string | undefined, scope: string): void {
    const token = secret && this.#tokenOf(secret);
    if (!token) {
      throw unauthorised(
        secret?.startsWith("glc_") ? "Token invalid" : "Token could not be parsed",
      );
    }
    if (hasEnded(token)) throw unauthorised("Token expired");
    if (!this.#allows(token, scope)) throw new Refusal(403, "Forbidden", FORBIDDEN);
  }

  /** Whether a sink would take a token: it exists, has not ended and its policy has that scope. */
  takes(secret: string, scope: string): boolean {
    const token = this.#tokenOf(secret);
    return token !== undefined && !hasEnded(token) && this.#allows(token, scope);
  }

  stack(slug: string): SeedStack | undefined {
    return this.#seed.stacks.find((stack) => stack.slug === slug);
  }

  policies(region?: string, name?: string): Policy[] {
    const all = [...this.#seeded.policies, ...this.#made.policies];
    return all.filter((one) => isAt(one, region, name));
  }

  /** An ended token is gone: the real API deletes it. */
  tokens(region?: string, name?: string): Token[] {
    return this.#allTokens().filter((one) => isAt(one, region, name) && !hasEnded(one));
  }

  policy(id: string, region?: string): Policy | undefined {
    return this.policies(region).find((one) => one.id === id);
  }

  token(id: string, region?: string): Token | undefined {
    return this.tokens(region).find((one) => one.id === id);
  }

  knownRegion(region: string | null): string {
    if (!region) throw badRequest("region is required");
    const known = this.#seed.stacks.some(({ regionSlug }) => regionSlug === region);
    if (!known) throw badRequest(`Unknown region ${region}`);
    return region;
  }

  createPolicy(wanted: Omit<Policy, Made>): Policy {
    this.#checkPolicy(wanted);
    if (this.policies(wanted.region, wanted.name).length > 0) {
      throw conflict(`An access policy with the name ${wanted.name} already exists`);
    }
    const policy = { ...wanted, ...identity(), orgId: "1" };
    this.#made.policies.push(policy);
    this.#save();
    return policy;
  }

  updatePolicy(region: string, id: string, wanted: ChangedPolicy): Policy {
    const policy = this.policy(id, region);
    if (!policy) throw notFound(`Access policy ${id}`);
    this.#checkPolicy(wanted);
    return this.#change(policy, wanted);
  }

  /** A policy takes its tokens with it. */
  deletePolicy(region: string, id: string): void {
    if (!this.policy(id, region)) throw notFound(`Access policy ${id}`);
    const { policies, tokens } = this.#made;
    this.#made = {
      policies: policies.filter((policy) => policy.id !== id),
      tokens: tokens.filter((token) => token.accessPolicyId !== id),
    };
    this.#save();
  }

  createToken(wanted: Omit<Token, Made | "sha256">): { token: Token; secret: string } {
    const { accessPolicyId, name, region } = wanted;
    if (!this.policy(accessPolicyId, region)) throw notFound(`Access policy ${accessPolicyId}`);
    if (this.tokens(region, name).length > 0) {
      throw conflict(`A token with the name ${name} already exists`);
    }
    const secret = cloudToken(name, region);
    const token = { ...wanted, ...identity(), sha256: hash("sha256", secret) };
    this.#made.tokens.push(token);
    this.#save();
    return { token, secret };
  }

  updateToken(region: string, id: string, displayName: string): Token {
    const token = this.token(id, region);
    if (!token) throw notFound(`Token ${id}`);
    return this.#change(token, { displayName });
  }

  deleteToken(region: string, id: string): void {
    if (!this.token(id, region)) throw notFound(`Token ${id}`);
    this.#made.tokens = this.#made.tokens.filter((token) => token.id !== id);
    this.#save();
  }

  /** Refuses what the real API refuses of a policy. */
  #checkPolicy({ scopes, realms }: ChangedPolicy): void {
    for (const scope of scopes) if (!isScope(scope)) throw badRequest(`Unknown scope ${scope}`);
    if (scopes.length === 0) throw badRequest("At least one scope is required");
    for (const { type, identifier } of realms) {
      const known = this.#seed.stacks.some(({ id }) => `${id}` === identifier);
      if (type === "stack" && !known)
        throw badRequest(`Realm stack "${identifier}" does not exist`);
    }
  }

  #change<One extends Policy | Token>(one: One, change: object): One {
    Object.assign(one, change, { updatedAt: new Date().toISOString() });
    this.#save();
    return one;
  }

  /** Writes beside the file and renames, so that no reader ever sees half of it. */
  #save(): void {
    if (!this.#file) return;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#made, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  #allTokens(): Token[] {
    return [...this.#seeded.tokens, ...this.#made.tokens];
  }

  #tokenOf(secret: string): Token | undefined {
    const digest = hash("sha256", secret);
    return this.#allTokens().find((token) => token.sha256 === digest);
  }

  #allows({ accessPolicyId }: Token, scope: string): boolean {
    return this.policy(accessPolicyId)?.scopes.includes(scope) === true;
  }
}

function identity(): Pick<Policy, "id" | "createdAt" | "updatedAt"> {
  const createdAt = new Date().toISOString();
  return { id: randomUUID(), createdAt, updatedAt: createdAt };
}

function hasEnded({ expiresAt }: Token): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}

function isAt(one: Policy | Token, region = one.region, name = one.name): boolean {
  return one.region === region && one.name === name;
}

/** Bootstrap tokens as the API lists them: each has a policy, and the name that it says of itself. */
function seeded({ bootstrapTokens, stacks }: GrafanaSeed): GrafanaState {
  const times = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
  const fallback = stacks[0]?.regionSlug ?? "";
  const commonOf = (token: string, id: string) => {
    const { name, region } = saidBy(token) ?? { name: id, region: fallback };
    return { ...times, region, name, displayName: name };
  };
  const realms = [{ type: "org", identifier: "1" }];
  return {
    policies: bootstrapTokens.map(({ token, scopes = BOOTSTRAP_SCOPES }, index) => {
      const id = `bootstrap-${index}`;
      return { ...commonOf(token, id), id, orgId: "1", scopes, realms };
    }),
    tokens: bootstrapTokens.map(({ token, expiresAt }, index) => {
      const accessPolicyId = `bootstrap-${index}`;
      const own = {
        id: `token-${index}`,
        accessPolicyId,
        expiresAt,
        sha256: hash("sha256", token),
      };
      return { ...commonOf(token, accessPolicyId), ...own };
    }),
  };
}
