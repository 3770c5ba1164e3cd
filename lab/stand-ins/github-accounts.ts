import { createPublicKey, randomBytes, verify } from "node:crypto";

/** What a token may do with one part of a repository. Default: nothing. */
export type Access = "read" | "write";

/** What a token may do in one repository. Every token that covers one reads its metadata. */
export interface Rights {
  issues?: Access;
  pullRequests?: Access;
  contents?: Access;
  secrets?: Access;
  environments?: Access;
}

export interface SeedToken {
  token: string;
  /** Who made it. */
  login?: string;
  /** ISO time. Left out: never. One in the past makes it a dead one. */
  expiresAt?: string;
  /** Scopes of a classic token, such as `repo, read:org`; with `repo` it can write wherever it is listed. */
  classicScopes?: string;
  /** Repositories that the token covers, by `owner/name`. */
  repositories: Record<string, Rights>;
  /** Repositories to which the one who made it may push: `permissions` of a repository tells this, not the token's own. */
  ownerPushes?: string[];
}

export interface SeedApp {
  id: number;
  installationId: number;
  /** PEM. */
  publicKey: string;
  /** Repositories on which it is installed, by `owner/name`. */
  repositories: Record<string, Rights>;
}

export interface SeedRepository {
  /** Anybody reads it. Left out: private. */
  public?: boolean;
  /** Its name today, if it was renamed. */
  renamedTo?: string;
}

/** What exists on the simulated GitHub. */
export interface GithubSeed {
  tokens: SeedToken[];
  apps?: SeedApp[];
  repositories: Record<string, SeedRepository>;
}

/** Who calls: `undefined` is nobody in particular. */
export interface Caller {
  token?: SeedToken;
  /** An installation of an app, by the token that it was given. */
  installation?: SeedApp;
  /** An app as such, by a signed statement. */
  app?: SeedApp;
}

/** How long a token of an installation lives, in ms; GitHub's is one hour. */
const INSTALLATION_TOKEN_LIFE = 3_600_000;

/** Tells callers apart by their `Authorization`. */
export class GithubAccounts {
  readonly #seed: () => GithubSeed;
  readonly #installations = new Map<string, { app: SeedApp; expiresAt: Date }>();

  constructor(seed: () => GithubSeed) {
    this.#seed = seed;
  }

  /** The caller, or nothing where GitHub would answer 401. */
  caller(authorization: string | undefined): Caller | undefined {
    const now = new Date();
    if (authorization === undefined) return {};
    const [scheme = "", value = ""] = authorization.split(" ");
    if (!/^(bearer|token)$/i.test(scheme)) return undefined;
    const token = this.#seed().tokens.find((entry) => entry.token === value);
    if (token) return token.expiresAt && new Date(token.expiresAt) <= now ? undefined : { token };
    const issued = this.#installations.get(value);
    if (issued) return issued.expiresAt > now ? { installation: issued.app } : undefined;
    const app = this.#seed().apps?.find((known) => isStatementOf(known, value, now));
    return app && { app };
  }

  /** A new token for an app's installation. */
  issue(app: SeedApp): { token: string; expiresAt: Date } {
    const token = `ghs_lab_${randomBytes(18).toString("hex")}`;
    const expiresAt = new Date(Date.now() + INSTALLATION_TOKEN_LIFE);
    this.#installations.set(token, { app, expiresAt });
    return { token, expiresAt };
  }
}

/** Whether a JWT was signed by an app's key, is of that app, and lives 10 min at most. */
function isStatementOf(app: SeedApp, jwt: string, now: Date): boolean {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  if (!signature) return false;
  const signed = Buffer.from(`${head}.${claims}`);
  const key = createPublicKey(app.publicKey);
  if (!verify("sha256", signed, key, Buffer.from(signature, "base64url"))) return false;
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
  const seconds = now.getTime() / 1000;
  return String(iss) === String(app.id) && exp > seconds && exp - iat <= 660;
}

/** What a caller may do in a repository; nothing where it does not even see it. */
export function rightsOf(
  { token, installation }: Caller,
  name: string,
  repository: SeedRepository,
): Rights | undefined {
  const covered = token?.repositories[name] ?? installation?.repositories[name];
  const everything = /\brepo\b/.test(token?.classicScopes ?? "");
  if (covered && everything) {
    const write = "write" as const;
    return {
      issues: write,
      pullRequests: write,
      contents: write,
      secrets: write,
      environments: write,
    };
  }
  if (!repository.public) return covered;
  return { issues: "read", pullRequests: "read", contents: "read", ...covered };
}
