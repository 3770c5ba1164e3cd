import { bridged } from "../engine/bridged.ts";
import type { FunctionDouble, ProviderDouble } from "../engine/provider.ts";
import { serve } from "../engine/serve.ts";
import type { Bag } from "../engine/values.ts";
import { GrafanaClient } from "./client.ts";
import { accessPolicy } from "./policy.ts";
import { rotatingToken } from "./token.ts";

/** The part of the provider's configuration that is done. */
const CONFIG = ["cloudAccessPolicyToken", "cloudApiUrl"];

/** A slug that does not exist is no error: the answer has no fields at all, as from the real one. */
const getStack: FunctionDouble<GrafanaClient> = async ({ slug }, { client }) => {
  const stack = await client.find(`/instances/${slug}`);
  if (!stack || stack.status === "deleted") return {};
  await client.connections(`/v1/stacks/${slug}/connections`);
  await client.connections(`/instances/${slug}/connections`);
  return stackFields(stack);
};

/** What `getStack` makes of an instance. */
function stackFields(stack: Bag): Bag {
  const metrics = (path: string) => new URL(path, String(stack.hmInstancePromUrl)).href;
  return {
    id: String(stack.id),
    slug: stack.slug,
    url: stack.url,
    status: stack.status,
    regionSlug: stack.regionSlug,
    orgSlug: stack.orgSlug,
    prometheusUserId: stack.hmInstancePromId,
    prometheusRemoteEndpoint: metrics("/api/prom"),
    prometheusRemoteWriteEndpoint: metrics("/api/prom/push"),
    logsUserId: stack.hlInstanceId,
    logsUrl: stack.hlInstanceUrl,
  };
}

/** The API that a provider's configuration names. A double must never reach the real one. */
function apiUrl({ cloudApiUrl }: Bag): string {
  const url = String(cloudApiUrl ?? "https://grafana.com");
  if (/^http:\/\/127\.0\.0\.1(:\d+)?(\/|$)/.test(url)) return url;
  throw new Error(
    `the double of grafana asks no Grafana Cloud but a simulated one on this machine, not ${url}`,
  );
}

/** What stands for the plugin's second, in ms, so that a test need not wait for its two minutes. */
const { GRAFANA_DOUBLE_SECOND } = process.env;

/**
 * Double of the `grafana` provider (@pulumiverse/grafana 2.40), Grafana Cloud part: a client of the
 * SIMULATED Grafana Cloud that `cloudApiUrl` names, see cloud-server.ts.
 */
export const grafanaDouble: ProviderDouble<GrafanaClient> = bridged({
  name: "grafana",
  version: "2.40.0",
  config: CONFIG,
  configure: async (config) =>
    new GrafanaClient(
      apiUrl(config),
      String(config.cloudAccessPolicyToken ?? ""),
      Number(GRAFANA_DOUBLE_SECOND ?? 1000),
    ),
  resources: {
    "grafana:cloud/accessPolicy:AccessPolicy": accessPolicy,
    "grafana:cloud/accessPolicyRotatingToken:AccessPolicyRotatingToken": rotatingToken,
  },
  functions: { "grafana:cloud/getStack:getStack": getStack },
});

if (import.meta.main) await serve(grafanaDouble);
