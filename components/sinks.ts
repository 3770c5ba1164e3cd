import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type { StackConfig } from "../config/load.ts";
import { findCloudStack, GrafanaCloudAccess } from "./grafana-cloud-access.ts";

/** One endpoint that the agent pushes to. */
export interface Sink {
  /** Push URL. */
  url: pulumi.Input<string>;
  username: pulumi.Input<string>;
  /** Secret; reaches the host as a file. */
  password: pulumi.Output<string>;
}

export interface Sinks {
  metrics: Sink;
  logs: Sink;
}

/** Where a stack's data goes: its Grafana Cloud stack, or the sinks that it names. */
export async function sinksOf(config: StackConfig): Promise<Sinks> {
  const { grafanaCloud, sinks, cloudAccessPolicyToken, metricsPassword, logsPassword } = config;
  if (grafanaCloud && cloudAccessPolicyToken) {
    const provider = new grafana.Provider("grafana-cloud-provider", { cloudAccessPolicyToken });
    const stack = await findCloudStack(grafanaCloud.stackSlug, provider);
    const { tokenLifetime, tokenRotationWindow } = grafanaCloud;
    const hostName = config.host.name;
    const args = { provider, stack, hostName, tokenLifetime, tokenRotationWindow };
    return new GrafanaCloudAccess("grafana-cloud", args).sinks;
  }
  if (sinks && metricsPassword && logsPassword) {
    return {
      metrics: { ...sinks.metrics, password: metricsPassword },
      logs: { ...sinks.logs, password: logsPassword },
    };
  }
  throw new pulumi.RunError(
    "Neither grafanaCloud nor sinks is complete; loadConfig lets none such pass.",
  );
}
