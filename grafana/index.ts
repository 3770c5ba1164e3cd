import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { reasonOf } from "../components/provider-error.ts";
import { requirePulumi } from "../config/require-pulumi.ts";
import { allAlerts } from "./alerts/index.ts";
import { loadDashboardsConfig } from "./config.ts";
import { allDashboards } from "./dashboards/index.ts";
import { GrafanaContent } from "./grafana-content.ts";
import { GrafanaInstance } from "./grafana-instance.ts";

/** Puts dashboards and alerts into the one Grafana that all hosts send to: once, not once a host. */
export default async function program() {
  await requirePulumi();
  const config = loadDashboardsConfig();
  const { stackSlug, metricsDataSource, notifyEmails, cloudAccessPolicyToken } = config;

  const cloud = new grafana.Provider("grafana-cloud-provider", { cloudAccessPolicyToken });
  const url = await grafanaUrl(stackSlug, cloud);

  const instance = new GrafanaInstance("grafana", { cloud, stackSlug, url, metricsDataSource });

  const content = new GrafanaContent("alloy", {
    provider: instance.provider,
    metricsUid: instance.metricsUid,
    dashboards: allDashboards(),
    alerts: allAlerts(),
    notifyEmails,
  });

  return {
    /** Addresses of the dashboards. */
    dashboards: content.urls,
    /** When the program's own token ends; `pulumi up` replaces it within 30 days of that. */
    tokenExpiresAt: instance.expiresAt,
  };
}

/** Address of a stack's Grafana. Throws one sentence: the provider answers an unknown slug with empty fields. */
async function grafanaUrl(slug: string, provider: grafana.Provider): Promise<string> {
  const stack = pulumi.getStack();
  const found = await grafana.cloud.getStack({ slug }, { provider }).catch((error: Error) => {
    throw new pulumi.RunError(
      `grafana:cloudAccessPolicyToken: Grafana Cloud could not be asked for the stack (${reasonOf(error)}). ` +
        "The bootstrap token needs stacks:read and stack-service-accounts:write: " +
        `pulumi config set --stack ${stack} --secret grafana:cloudAccessPolicyToken`,
    );
  });
  if (found.id && found.url) return found.url;
  throw new pulumi.RunError(
    `stackSlug: there is no Grafana Cloud stack "${slug}" that the bootstrap token can read. Its slug is the first ` +
      `part of its address, SLUG.grafana.net: pulumi config set --stack ${stack} ${pulumi.getProject()}:stackSlug SLUG`,
  );
}
