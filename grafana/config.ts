import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Program } from "../config/commands.ts";
import { loadSettings } from "../config/load.ts";

/** A text that has to be there, and where the operator finds it. */
const needed = (where: string) =>
  z.string({ error: ({ input }) => (input === undefined ? `is missing: ${where}` : undefined) });

const schema = z.strictObject({
  /** Slug of the Grafana Cloud stack that the hosts send to. */
  stackSlug: needed("the first part of SLUG.grafana.net")
    .regex(
      /^[a-z0-9]+$/,
      "must be lower-case letters and digits: the first part of SLUG.grafana.net",
    )
    .meta({ examples: ["mystack"] }),
  /** Name of the data source that alert rules ask. Default: the one that Grafana Cloud made. */
  metricsDataSource: z
    .string()
    .min(1)
    .optional()
    .meta({ examples: ["grafanacloud-mystack-prom"] }),
  /** E-mail addresses that alerts go to. Default: none, the stack's notification policy says who is told. */
  notifyEmails: z
    .array(z.email("must be an e-mail address").meta({ examples: ["ops@example.org"] }))
    .default([])
    .meta({ examples: ['["ops@example.org"]'] }),
  /** Bootstrap token of Grafana Cloud. */
  cloudAccessPolicyToken: needed("its scopes are stacks:read and stack-service-accounts:write").min(
    1,
  ),
});

const dashboards: Program<typeof schema> = {
  project: "grafana-alloy-dashboards",
  schema,
  secretKeys: { cloudAccessPolicyToken: "grafana:cloudAccessPolicyToken" },
};

/** Reads the stack's configuration. Throws one error with all faults and the commands that fix them. */
export function loadDashboardsConfig() {
  const { cloudAccessPolicyToken, ...settings } = loadSettings(dashboards);
  return {
    metricsDataSource: `grafanacloud-${settings.stackSlug}-prom`,
    ...settings,
    cloudAccessPolicyToken: pulumi.secret(cloudAccessPolicyToken),
  };
}
