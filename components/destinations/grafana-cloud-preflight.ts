import { mayPass } from "../../http/ask.ts";
import {
  type Answer,
  ask,
  type CloudApi,
  type Surroundings,
  thisMachine,
} from "./grafana-cloud-api.ts";
import * as say from "./grafana-cloud-sentences.ts";

export interface PreflightArgs {
  api: CloudApi;
  /** Slug of the Grafana Cloud stack. */
  slug: string;
  /** Pulumi's stack, for the commands that fix. */
  stack: string;
}

/** What stands in the way, or may soon; each one sentence with the command that fixes it. */
export interface Findings {
  fault?: string;
  warning?: string;
  /** The stack as the API's instance says it; there unless a fault stands in the way. */
  instance?: Answer["body"];
}

/** Days before its end from which the bootstrap token is warned about. */
const WARN_DAYS = 21;

/**
 * Asks Grafana Cloud for all that the update will need, before anything is made. Not through the provider: its
 * `getStack` answers a wrong slug with empty fields and a wrong token with a page of stack trace, and asks for
 * the stack's connections too, for two silent minutes while there are none.
 */
export async function preflight(
  args: PreflightArgs,
  surroundings: Surroundings = thisMachine,
): Promise<Findings> {
  const { api, slug } = args;
  const path = `/instances/${encodeURIComponent(slug)}`;
  const instance = await ask(api, path, surroundings);
  const fault = instanceFault(instance, path, args);
  if (fault) return { fault };
  const findings = await tokenFindings(String(instance.body.regionSlug), args, surroundings);
  return { ...findings, instance: instance.body };
}

function instanceFault(answer: Answer, path: string, args: PreflightArgs): string | undefined {
  const { api, slug, stack } = args;
  if (answer.status === 401) return say.refusedToken(answer, api, stack);
  if (answer.status === 403) return say.mayNotReadStack(slug, stack);
  // Some proxy's 404 has no code, Grafana Cloud's has.
  const gone = answer.status === 404 && answer.body.code !== undefined;
  if (gone || answer.body.status === "deleted") return say.noSuchStack(slug, stack);
  return answer.status === 200 ? undefined : say.noHelp(answer, api, path, stack);
}

/** The bootstrap token's own scopes and end, as far as it can be found among the listed ones. */
async function tokenFindings(
  stackRegion: string,
  { api, stack }: PreflightArgs,
  surroundings: Surroundings,
): Promise<Findings> {
  const own = ownWords(api.token);
  const region = own?.region ?? stackRegion;
  const path = `/v1/tokens?region=${region}&name=${encodeURIComponent(own?.name ?? "-")}`;
  const tokens = await ask(api, path, surroundings);
  if (tokens.status === 401) return { fault: say.refusedToken(tokens, api, stack) };
  if (tokens.status === 403) {
    return { fault: say.missingScopes(["accesspolicies:read"], undefined, stack) };
  }
  // Any other answer only leaves the token unknown.
  if (mayPass(tokens)) return { fault: say.noHelp(tokens, api, path, stack) };
  const token = own && items(tokens).find(({ name }) => name === own.name);
  if (!token) return {};
  const warning = endWarning(token.expiresAt, stack);
  const policy = await ask(
    api,
    `/v1/accesspolicies/${token.accessPolicyId}?region=${region}`,
    surroundings,
  );
  const missing = missingScopes(policy.body.scopes);
  if (missing.length === 0) return { warning };
  return { fault: say.missingScopes(missing, String(policy.body.name), stack) };
}

/** Required scopes that a policy has not. Of what is no list of plain scopes nothing is said. */
export function missingScopes(scopes: unknown): string[] {
  if (!Array.isArray(scopes) || scopes.some((scope) => /\*/.test(String(scope)))) return [];
  return say.bootstrapScopes.filter((scope) => !scopes.includes(scope));
}

/** Name and region that a token says of itself: `glc_` and Base64 of a JSON text. Nothing of another shape. */
export function ownWords(token: string): { name: string; region: string } | undefined {
  const [, encoded] = /^glc_([A-Za-z0-9+/_-]+=*)$/.exec(token) ?? [];
  if (!encoded) return undefined;
  try {
    const said = JSON.parse(Buffer.from(encoded, "base64").toString());
    const [name, region] = [said?.n, said?.m?.r];
    return typeof name === "string" && typeof region === "string" ? { name, region } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function items({ body }: Answer): Record<string, unknown>[] {
  return Array.isArray(body.items) ? body.items : [];
}

function endWarning(expiresAt: unknown, stack: string): string | undefined {
  const days = Math.floor((Date.parse(String(expiresAt)) - Date.now()) / 86_400_000);
  return days < WARN_DAYS ? say.endsSoon(days, stack) : undefined;
}
