import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type { Sinks } from "./sinks.ts";

export interface GrafanaCloudAccessArgs {
  /** Slug of the Grafana Cloud stack that receives the data. */
  stackSlug: string;
  /** Host that the token is for. */
  hostName: string;
  /** Token with `accesspolicies:read|write|delete` and `stacks:read`. Secret, never on the host. */
  bootstrapToken: pulumi.Input<string>;
  /** Lifetime of the token, in whole hours: `2160h`. */
  tokenLifetime: string;
  /** How long before its end an update replaces the token: `720h`. The old one lives on until its end. */
  tokenRotationWindow: string;
}

/** The parts of a Grafana Cloud stack that are used here. */
export interface CloudStack {
  id: string;
  regionSlug: string;
  prometheusRemoteWriteEndpoint: string;
  prometheusUserId: number;
  logsUrl: string;
  logsUserId: number;
}

/** A token that can write metrics and logs to one Grafana Cloud stack and do nothing else. */
export class GrafanaCloudAccess extends pulumi.ComponentResource {
  /** Push endpoints of the stack, with the token as password. */
  readonly sinks: Sinks;
  /** End of the token's life, RFC 3339. */
  readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: GrafanaCloudAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GrafanaCloudAccess", name, {}, opts);
    const provider = new grafana.Provider(
      `${name}-provider`,
      { cloudAccessPolicyToken: args.bootstrapToken },
      { parent: this },
    );
    const child = { parent: this, provider };
    const stack = grafana.cloud
      .getStackOutput({ slug: args.stackSlug }, child)
      .apply((found) => existingStack(found, args.stackSlug));
    const policy = new grafana.cloud.AccessPolicy(
      `${name}-policy`,
      {
        region: stack.regionSlug,
        name: `alloy-${args.hostName}`,
        displayName: `Alloy on ${args.hostName}`,
        scopes: ["metrics:write", "logs:write"],
        realms: [{ type: "stack", identifier: stack.id }],
      },
      child,
    );
    const token = new grafana.cloud.AccessPolicyRotatingToken(
      `${name}-token`,
      {
        region: stack.regionSlug,
        accessPolicyId: policy.policyId,
        namePrefix: `alloy-${args.hostName}`,
        expireAfter: args.tokenLifetime,
        earlyRotationWindow: args.tokenRotationWindow,
      },
      child,
    );
    this.sinks = cloudSinks(stack, pulumi.secret(token.token));
    this.expiresAt = token.expiresAt;
    this.registerOutputs({ expiresAt: this.expiresAt });
  }
}

/** The stack as found; the provider answers a slug that does not exist with empty fields, not an error. */
export function existingStack(found: CloudStack, slug: string): CloudStack {
  if (found.id && found.prometheusRemoteWriteEndpoint && found.logsUrl) return found;
  const command = `pulumi config set --stack ${pulumi.getStack()} --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG`;
  throw new pulumi.RunError(
    `grafanaCloud.stackSlug: there is no Grafana Cloud stack "${slug}" that the bootstrap token can read. ` +
      `Its slug is the first part of its address, SLUG.grafana.net: ${command}`,
  );
}

function cloudSinks(stack: pulumi.Output<CloudStack>, password: pulumi.Output<string>): Sinks {
  return {
    metrics: {
      url: stack.prometheusRemoteWriteEndpoint,
      username: stack.prometheusUserId.apply(String),
      password,
    },
    logs: {
      url: stack.logsUrl.apply((url) => `${url.replace(/\/+$/, "")}/loki/api/v1/push`),
      username: stack.logsUserId.apply(String),
      password,
    },
  };
}
