import { randomUUID } from "node:crypto";
import { type GrafanaCloud, Refusal } from "./cloud.ts";
import type { Policy, Token } from "./cloud-types.ts";

/** A request as the simulated Grafana Cloud reads it. */
export interface ApiRequest {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  /** The bearer token. */
  token: string | undefined;
  body?: Record<string, unknown>;
}

export interface ApiAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Call<Body> {
  cloud: GrafanaCloud;
  /** What the path names: a slug or an id. */
  id: string;
  region: string;
  name: string | undefined;
  body: Body;
}

/** The part of Grafana Cloud's HTTP API that the provider's plugin and the program's preflight use. */
const routes: Record<string, (call: Call<never>) => unknown> = {
  "GET /api/instances/*": instance,
  "GET /api/instances/*/connections": connections,
  "GET /api/v1/stacks/*/connections": connections,
  "GET /api/v1/accesspolicies": ({ cloud, region, name }) =>
    page(cloud.policies(region, name).map(shownPolicy)),
  "POST /api/v1/accesspolicies": ({ cloud, region, body }: Call<Policy>) =>
    shownPolicy(cloud.createPolicy({ ...body, region })),
  "GET /api/v1/accesspolicies/*": ({ cloud, id, region }) =>
    shownPolicy(found(cloud.policy(id, region), id)),
  "POST /api/v1/accesspolicies/*": ({ cloud, id, region, body }: Call<Policy>) =>
    shownPolicy(cloud.updatePolicy(region, id, body)),
  "DELETE /api/v1/accesspolicies/*": ({ cloud, id, region }) => cloud.deletePolicy(region, id),
  "GET /api/v1/tokens": ({ cloud, region, name }) =>
    page(cloud.tokens(region, name).map(shownToken)),
  "POST /api/v1/tokens": newToken,
  "GET /api/v1/tokens/*": ({ cloud, id, region }) => shownToken(found(cloud.token(id, region), id)),
  "POST /api/v1/tokens/*": ({ cloud, id, region, body }: Call<Token>) =>
    shownToken(cloud.updateToken(region, id, body.displayName)),
  "DELETE /api/v1/tokens/*": ({ cloud, id, region }) => cloud.deleteToken(region, id),
};

const paths = Object.entries(routes).map(([route, work]) => ({
  pattern: new RegExp(`^${route.replace("*", "([^/]+)")}$`),
  work,
}));

const DEEDS: Record<string, string> = { GET: "read", POST: "write", DELETE: "delete" };

/** What the SIMULATED Grafana Cloud answers. */
export function apiAnswer(cloud: GrafanaCloud, request: ApiRequest): ApiAnswer {
  const { method, path, query, token } = request;
  try {
    const asked = `${method} ${path}`;
    const route = paths.find(({ pattern }) => pattern.test(asked));
    if (!route) throw new Refusal(404, "NotFound", "Not found");
    const ofStacks = !/accesspolicies|tokens/.test(path);
    cloud.authorise(token, ofStacks ? "stacks:read" : `accesspolicies:${DEEDS[method]}`);
    const id = decodeURIComponent(route.pattern.exec(asked)?.[1] ?? "");
    const region = ofStacks ? "" : cloud.knownRegion(query.get("region"));
    const name = query.get("name") ?? undefined;
    const body = route.work({ cloud, id, region, name, body: request.body as never });
    return { status: method === "DELETE" ? 204 : 200, body };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code, message } = error;
    return { status, body: { code, message, requestId: randomUUID() } };
  }
}

function found<T>(one: T | undefined, id: string): T {
  if (!one) throw new Refusal(404, "NotFound", `${id} does not exist`);
  return one;
}

function instance({ cloud, id }: Call<unknown>): unknown {
  const stack = found(cloud.stack(id), "Instance");
  return { ...stack, name: `${stack.slug}.grafana.net`, orgId: 1, orgName: stack.orgSlug };
}

function connections({ cloud, id }: Call<unknown>): unknown {
  found(cloud.stack(id), "Instance");
  return { privateConnectivityInfo: { tenants: [] } };
}

function newToken({ cloud, region, body }: Call<Token>): unknown {
  const { token, secret } = cloud.createToken({ ...body, region });
  return { ...shownToken(token), token: secret };
}

function shownPolicy({ region: _, ...policy }: Policy): object {
  return { ...policy, status: "active" };
}

function shownToken({ region: _, sha256: __, ...token }: Token): object {
  return token;
}

function page(items: unknown[]): unknown {
  return { items, metadata: { pagination: { pageSize: 500, pageCursor: null, nextPage: null } } };
}
