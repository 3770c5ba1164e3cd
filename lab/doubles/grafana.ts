import { GrafanaCloud } from "./grafana-cloud.ts";
import { accessPolicy } from "./grafana-policy.ts";
import { rotatingToken } from "./grafana-token.ts";
import { EMPTY_GRAFANA, type GrafanaSeed, type GrafanaState } from "./grafana-types.ts";
import type { FunctionDouble, ProviderDouble } from "./provider.ts";
import { serve } from "./serve.ts";
import { storeFromArguments } from "./simulated-store.ts";

/** A simulated cloud, seen by one configured provider. */
export interface GrafanaClient {
  cloud: GrafanaCloud;
  /** Throws if the provider's token is not known or has not that scope. */
  authorise(scope: string): void;
}

/** Configuration of @pulumiverse/grafana 2.40 (provider.js). */
const CONFIG = [
  "auth",
  "caCert",
  "cloudAccessPolicyToken",
  "cloudApiUrl",
  "cloudProviderAccessToken",
  "cloudProviderUrl",
  "connectionsApiAccessToken",
  "connectionsApiUrl",
  "fleetManagementAuth",
  "fleetManagementUrl",
  "frontendO11yApiAccessToken",
  "frontendO11yApiUrl",
  "httpHeaders",
  "insecureSkipVerify",
  "k6AccessToken",
  "k6Url",
  "oncallAccessToken",
  "oncallUrl",
  "orgId",
  "retries",
  "retryStatusCodes",
  "retryWait",
  "smAccessToken",
  "smUrl",
  "stackId",
  "storeDashboardSha256",
  "tlsCert",
  "tlsKey",
  "url",
];

/** A slug that does not exist is no error: the answer has no fields at all, as from the real one. */
const getStack: FunctionDouble<GrafanaClient> = {
  schema: { inputs: ["slug"], required: ["slug"] },
  async invoke({ slug }, { client }) {
    client.authorise("stacks:read");
    return { ...client.cloud.stack(String(slug)) };
  },
};

/**
 * Double of the `grafana` provider (@pulumiverse/grafana 2.40), Grafana Cloud part: an in-memory
 * stand-in. No request leaves the machine; see grafana-cloud.ts for what it knows and refuses.
 */
export function grafanaDouble(cloud: GrafanaCloud): ProviderDouble<GrafanaClient> {
  return {
    name: "grafana",
    version: "2.40.0",
    config: CONFIG,
    async configure({ cloudAccessPolicyToken }) {
      const token = typeof cloudAccessPolicyToken === "string" ? cloudAccessPolicyToken : undefined;
      return { cloud, authorise: (scope) => cloud.authorise(token, scope) };
    },
    resources: {
      "grafana:cloud/accessPolicy:AccessPolicy": accessPolicy,
      "grafana:cloud/accessPolicyRotatingToken:AccessPolicyRotatingToken": rotatingToken,
    },
    functions: { "grafana:cloud/getStack:getStack": getStack },
  };
}

if (import.meta.main) {
  const store = storeFromArguments<GrafanaSeed, GrafanaState>(process.argv.slice(2), EMPTY_GRAFANA);
  await serve(grafanaDouble(new GrafanaCloud(store)));
}
