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

interface Call extends ApiRequest {
  cloud: GrafanaCloud;
  /** What the path names: a slug or an id. */
  id: string;
  region: string;
}

interface Route {
  method: string;
  path: RegExp;
  scope: string;
  work(call: Call): unknown;
  status?: number;
}

const policies = "accesspolicies";

/** The part of Grafana Cloud's HTTP API that the provider's plugin and the program's preflight use. */
const routes: Route[] = [
  { method: "GET", path: /^\/api\/instances\/([^/]+)$/, scope: "stacks:read", work: instance },
  {
    method: "GET",
    path: /^\/api\/(?:v1\/stacks|instances)\/([^/]+)\/connections$/,
    scope: "stacks:read",
    work: connections,
  },
  {
    method: "GET",
    path: /^\/api\/v1\/accesspolicies$/,
    scope: `${policies}:read`,
    work: ({ cloud, region, query }) =>
      page(cloud.policies(region, query.get("name") ?? undefined).map(shownPolicy)),
  },
  {
    method: "POST",
    path: /^\/api\/v1\/accesspolicies$/,
    scope: `${policies}:write`,
    work: ({ cloud, region, body }) =>
      shownPolicy(cloud.createPolicy({ ...(body as unknown as Policy), region })),
  },
  {
    method: "GET",
    path: /^\/api\/v1\/accesspolicies\/([^/]+)$/,
    scope: `${policies}:read`,
    work: ({ cloud, id, region }) => shownPolicy(found(cloud.policy(id, region), id)),
  },
  {
    method: "POST",
    path: /^\/api\/v1\/accesspolicies\/([^/]+)$/,
    scope: `${policies}:write`,
    work: ({ cloud, id, region, body }) =>
      shownPolicy(cloud.updatePolicy(region, id, body as unknown as Policy)),
  },
  {
    method: "DELETE",
    path: /^\/api\/v1\/accesspolicies\/([^/]+)$/,
    scope: `${policies}:delete`,
    work: ({ cloud, id, region }) => cloud.deletePolicy(region, id),
    status: 204,
  },
  {
    method: "GET",
    path: /^\/api\/v1\/tokens$/,
    scope: `${policies}:read`,
    work: ({ cloud, region, query }) =>
      page(cloud.tokens(region, query.get("name") ?? undefined).map(shownToken)),
  },
  {
    method: "POST",
    path: /^\/api\/v1\/tokens$/,
    scope: `${policies}:write`,
    work: newToken,
  },
  {
    method: "GET",
    path: /^\/api\/v1\/tokens\/([^/]+)$/,
    scope: `${policies}:read`,
    work: ({ cloud, id, region }) => shownToken(found(cloud.token(id, region), id)),
  },
  {
    method: "POST",
    path: /^\/api\/v1\/tokens\/([^/]+)$/,
    scope: `${policies}:write`,
    work: ({ cloud, id, region, body }) =>
      shownToken(cloud.updateToken(region, id, String(body?.displayName))),
  },
  {
    method: "DELETE",
    path: /^\/api\/v1\/tokens\/([^/]+)$/,
    scope: `${policies}:delete`,
    work: ({ cloud, id, region }) => cloud.deleteToken(region, id),
    status: 204,
  },
];

/** What the SIMULATED Grafana Cloud answers. */
export function apiAnswer(cloud: GrafanaCloud, request: ApiRequest): ApiAnswer {
  try {
    const route = routes.find(
      ({ method, path }) => method === request.method && path.test(request.path),
    );
    if (!route) throw new Refusal(404, "NotFound", "Not found");
    cloud.authorise(request.token, route.scope);
    const id = decodeURIComponent(route.path.exec(request.path)?.[1] ?? "");
    const region = regionOf(cloud, request);
    const body = route.work({ ...request, cloud, id, region });
    return { status: route.status ?? 200, body };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code, message } = error;
    return { status, body: { code, message, requestId: randomUUID() } };
  }
}

function regionOf(cloud: GrafanaCloud, { path, query }: ApiRequest): string {
  if (!/accesspolicies|tokens/.test(path)) return "";
  const region = query.get("region");
  if (!region) throw new Refusal(400, "InvalidArgument", "region is required");
  cloud.checkRegion(region);
  return region;
}

function found<T>(one: T | undefined, id: string): T {
  if (!one) throw new Refusal(404, "NotFound", `${id} does not exist`);
  return one;
}

function instance({ cloud, id }: Call): unknown {
  const stack = found(cloud.stack(id), "Instance");
  return { ...stack, name: `${stack.slug}.grafana.net`, orgId: 1, orgName: stack.orgSlug };
}

function connections({ cloud, id }: Call): unknown {
  found(cloud.stack(id), "Instance");
  return { privateConnectivityInfo: { tenants: [] } };
}

function newToken({ cloud, region, body }: Call): unknown {
  const wanted = { ...(body as unknown as Token), region };
  const { token, secret } = cloud.createToken(wanted);
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
