/** What the simulated Grafana Cloud is seeded with and keeps. */

export interface SeedStack {
  slug: string;
  id: string;
  regionSlug: string;
  prometheusRemoteWriteEndpoint: string;
  prometheusRemoteEndpoint: string;
  prometheusUserId: number;
  logsUrl: string;
  logsUserId: number;
  url: string;
}

export interface GrafanaSeed {
  /** Tokens the API knows; without `scopes` one may do everything. */
  bootstrapTokens: (string | { token: string; scopes: string[] })[];
  stacks: SeedStack[];
}

export interface Realm {
  type: string;
  identifier: string;
}

export interface Policy {
  id: string;
  region: string;
  name: string;
  displayName: string;
  scopes: string[];
  realms: Realm[];
  conditions?: unknown;
  createdAt: string;
  updatedAt: string;
}

export interface Token {
  id: string;
  region: string;
  accessPolicyId: string;
  name: string;
  displayName: string;
  expiresAt: string;
  createdAt: string;
  updatedAt: string;
  /** The token itself is shown once and not kept, as with the real one. */
  sha256: string;
}

export interface GrafanaState {
  policies: Policy[];
  tokens: Token[];
}

export const EMPTY_GRAFANA: GrafanaState = { policies: [], tokens: [] };

/** Scopes of access policies (Grafana Cloud documentation, "Access policies", scopes). */
const RESOURCES = [
  "accesspolicies",
  "alerts",
  "annotations",
  "dashboards",
  "datasources",
  "fleet-management",
  "folders",
  "integration-management",
  "logs",
  "metrics",
  "orgs",
  "plugins",
  "profiles",
  "rules",
  "set:alloy-data",
  "stacks",
  "teams",
  "traces",
];
const ACTIONS = ["read", "write", "delete", "import"];

export function isScope(scope: string): boolean {
  const at = scope.lastIndexOf(":");
  return RESOURCES.includes(scope.slice(0, at)) && ACTIONS.includes(scope.slice(at + 1));
}
