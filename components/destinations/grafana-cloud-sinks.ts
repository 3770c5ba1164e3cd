import type * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type { StackConfig } from "../../config/load.ts";
import { known } from "../known.ts";
import type { Sinks } from "./destination.ts";
import { GrafanaCloudAccess } from "./grafana-cloud-access.ts";
import { findCloudStack } from "./grafana-cloud-stack.ts";

/** The sinks of a Grafana Cloud stack, and tokens of the host's own for them. */
export async function cloudSinks(
  { apiUrl, stackSlug, ...settings }: NonNullable<StackConfig["grafanaCloud"]>,
  cloudAccessPolicyToken: pulumi.Output<string>,
  hostName: string,
): Promise<Sinks> {
  const provider = new grafana.Provider("grafana-cloud-provider", {
    cloudAccessPolicyToken,
    cloudApiUrl: apiUrl,
  });
  const api = cloudAccessPolicyToken.apply((token) => ({ url: apiUrl, token }));
  const stack = await findCloudStack(stackSlug, await known(api));
  const args = { provider, api, stack, hostName, ...settings };
  return new GrafanaCloudAccess("grafana-cloud", args).sinks;
}
