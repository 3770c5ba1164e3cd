/** What the simulated Grafana Cloud is seeded with and keeps. */

/** A stack as the API's instance says it, reduced to what is used here. */
export interface SeedStack {
  id: number;
  slug: string;
  url: string;
  status: "active" | "deleted";
  regionSlug: string;
  orgSlug: string;
  hmInstancePromId: number;
  /** Base URL; the provider adds `/api/prom` and `/api/prom/push`. */
  hmInstancePromUrl: string;
  hlInstanceId: number;
  hlInstanceUrl: string;
}

export interface BootstrapToken {
  token: string;
  /** Left out: every scope that the program needs. */
  scopes?: string[];
  /** RFC 3339; left out: it never ends. */
  expiresAt?: string;
}

export interface GrafanaSeed {
  /** Tokens that exist from the start, each with a policy of its own. */
  bootstrapTokens: BootstrapToken[];
  stacks: SeedStack[];
}

interface Realm {
  type: string;
  identifier: string;
}

export interface Policy {
  id: string;
  orgId: string;
  region: string;
  name: string;
  displayName: string;
  scopes: string[];
  realms: Realm[];
  conditions?: { allowedSubnets?: string[] };
  createdAt: string;
  updatedAt: string;
}

export interface Token {
  id: string;
  region: string;
  accessPolicyId: string;
  name: string;
  displayName: string;
  expiresAt?: string;
  createdAt: string;
  updatedAt: string;
  /** The token itself is shown once and not kept, as with the real one. */
  sha256: string;
}

export interface GrafanaState {
  policies: Policy[];
  tokens: Token[];
}

/** Scopes of a bootstrap token that lacks none. */
export const BOOTSTRAP_SCOPES = [
  ...["accesspolicies:read", "accesspolicies:write", "accesspolicies:delete"],
  "stacks:read",
];

/** Scopes of access policies (Grafana Cloud documentation, "Access policies", scopes). */
const RESOURCES = [
  ...["accesspolicies", "alerts", "annotations", "dashboards", "datasources", "fleet-management"],
  ...["folders", "integration-management", "logs", "metrics", "orgs", "plugins", "profiles"],
  ...["rules", "set:alloy-data", "stacks", "teams", "traces"],
];
const ACTIONS = ["read", "write", "delete", "import"];

export function isScope(scope: string): boolean {
  const at = scope.lastIndexOf(":");
  return RESOURCES.includes(scope.slice(0, at)) && ACTIONS.includes(scope.slice(at + 1));
}
