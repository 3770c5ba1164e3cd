import { retryAfter } from "../../http/ask.ts";
import { type Answer, type CloudApi, messageOf, PATIENCE, statusOf } from "./grafana-cloud-api.ts";

/** Scopes that the bootstrap token needs. */
export const bootstrapScopes = [
  "accesspolicies:read",
  "accesspolicies:write",
  "accesspolicies:delete",
  "stacks:read",
];

const tokenKey = "grafana:cloudAccessPolicyToken";

/** Command that stores another bootstrap token. */
const storeToken = (stack: string) => `pulumi config set --stack ${stack} --secret ${tokenKey}`;

export function noSuchStack(slug: string, stack: string): string {
  const command = `pulumi config set --stack ${stack} --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG`;
  return (
    `grafanaCloud.stackSlug: there is no Grafana Cloud stack "${slug}" that the bootstrap token can read. ` +
    `Its slug is the first part of its address, SLUG.grafana.net: ${command}`
  );
}

/** Grafana Cloud does not know the token, or no longer. An ended one it deletes, so mostly both read alike. */
export function refusedToken(answer: Answer, api: CloudApi, stack: string): string {
  const message = messageOf(answer, api);
  const said = message ? `${statusOf(answer)}: ${message}` : statusOf(answer);
  const what = /expired/i.test(message)
    ? `the bootstrap token has expired (${said})`
    : `Grafana Cloud refuses the bootstrap token (${said}): it is mistyped, was revoked or has expired`;
  return (
    `${tokenKey}: ${what}. Make one with ${listed(bootstrapScopes)} ` +
    `in Grafana Cloud, Access Policies, then: ${storeToken(stack)}`
  );
}

/** The stack can't be read: the scope for it is missing, or it belongs to somebody else. */
export function mayNotReadStack(slug: string, stack: string): string {
  return (
    `${tokenKey}: the bootstrap token can't read the stack "${slug}": its access policy lacks stacks:read, or is ` +
    `of another organisation. Add the scope in Grafana Cloud, Access Policies, then: pulumi up --stack ${stack}`
  );
}

/** A policy's scopes can be added to while its tokens live. */
export function missingScopes(scopes: string[], policy: string | undefined, stack: string): string {
  const where = policy ? `its access policy "${policy}"` : "its access policy";
  return (
    `${tokenKey}: the bootstrap token lacks ${listed(scopes)}. ` +
    `Add ${scopes.length > 1 ? "them" : "it"} to ${where} in Grafana Cloud, Access Policies, then: pulumi up --stack ${stack}`
  );
}

/** No answer, or none that helps, after all patience. */
export function noHelp(answer: Answer, { url }: CloudApi, path: string, stack: string): string {
  const { status } = answer;
  const start = `grafanaCloud.apiUrl: ${url}`;
  if (status === 429) {
    const seconds = retryAfter(answer);
    const wait = seconds ? ` and asks to wait ${Math.ceil(seconds)} s` : "";
    return `${start} is rate-limiting requests (${statusOf(answer)})${wait}; nothing was changed. Later: pulumi up --stack ${stack}`;
  }
  if (status === 0) {
    return `${start} ${answer.reason}, after ${PATIENCE} s of retries; nothing was changed. To see the error: curl -sS ${url}/api${path}`;
  }
  if (status >= 500) {
    return `${start} has had a server error for ${PATIENCE} s (${statusOf(answer)}); nothing was changed. Later: pulumi up --stack ${stack}`;
  }
  return `${start} answers ${statusOf(answer)} to a request of this program; nothing was changed. If the address is not that of Grafana Cloud's API: pulumi config rm --stack ${stack} --path 'grafana-alloy:grafanaCloud.apiUrl'`;
}

/** The provider has tried for two minutes. */
export function gaveUp({ url }: CloudApi, stack: string): string {
  return (
    `grafanaCloud.apiUrl: ${url} did not create or change an access policy or a token within 2 min: it has a server error, ` +
    `limits the rate or does not answer. Later: pulumi up --stack ${stack}`
  );
}

/** Told early: without the bootstrap token no scheduled update can rotate the host's. */
export function endsSoon(days: number, stack: string): string {
  const when = days < 1 ? "within a day" : `in ${days} ${days === 1 ? "day" : "days"}`;
  return (
    `${tokenKey}: the bootstrap token expires ${when}, and without it no update can replace the host's. ` +
    `Create a new one in Grafana Cloud, Access Policies, then: ${storeToken(stack)}`
  );
}

/** `a, b and c`. */
function listed(words: string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
