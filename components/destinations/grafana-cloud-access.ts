import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { below } from "../../http/ask.ts";
import type { Token } from "../../telemetry/facts.ts";
import type { Sink, Sinks } from "./destination.ts";
import type { CloudApi } from "./grafana-cloud-api.ts";
import { tellRefusals } from "./grafana-cloud-refusals.ts";
import type { CloudStack } from "./grafana-cloud-stack.ts";

export interface GrafanaCloudAccessArgs {
  /** Provider that acts with the bootstrap token. */
  provider: grafana.Provider;
  /** The API that the provider acts on, asked for what an error of it does not say. Secret. */
  api: pulumi.Output<CloudApi>;
  /** The Grafana Cloud stack that receives the data, as `findCloudStack` found it. */
  stack: CloudStack;
  /** Host that the token is for. */
  hostName: string;
  /** Lifetime of the token, in whole hours: `2160h`. */
  tokenLifetime: string;
  /** How long before its end an update replaces the token: `720h`. The old one is revoked at the update's end. */
  tokenRotationWindow: string;
  /** Subnets that the host sends from, in CIDR form: the host's token is good there alone. Empty: everywhere. */
  allowedSubnets: string[];
  /** For how long the sinks may refuse a new token, in s. */
  newTokenSeconds: number;
}

/** Scopes of the host's token, and of the operator's, which never reaches the host. */
const scopes = {
  push: ["metrics:write", "logs:write"],
  read: ["metrics:read", "logs:read"],
};

/** One token that can write metrics and logs to one Grafana Cloud stack, and one that can read them. */
export class GrafanaCloudAccess extends pulumi.ComponentResource {
  /** Push endpoints of the stack with the host's token, query endpoints with the operator's. */
  readonly sinks: Sinks;
  /** End of the life of the host's token, RFC 3339. */
  readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: GrafanaCloudAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GrafanaCloudAccess", name, {}, opts);
    const hooks = { onError: [tellRefusals(args.api)] };
    const push = this.createToken(name, "", scopes.push, args.allowedSubnets, args, hooks);
    // The operator asks from elsewhere.
    const read = this.createToken(`${name}-verify`, "-verify", scopes.read, [], args, hooks);
    const tokens = [
      tokenEnd("Grafana Cloud, the host's", push, args),
      tokenEnd("Grafana Cloud, verify's", read, args),
    ];
    this.sinks = {
      ...sinksOfStack(args.stack, loginOf(push, args), loginOf(read, args)),
      tokens,
      askable: args.allowedSubnets.length === 0,
    };
    this.expiresAt = push.expiresAt;
    this.registerOutputs({ expiresAt: this.expiresAt });
  }

  /** A policy for the one stack, and its rotating token. */
  private createToken(
    name: string,
    suffix: string,
    policyScopes: string[],
    allowedSubnets: string[],
    args: GrafanaCloudAccessArgs,
    hooks: pulumi.ResourceHookBinding,
  ): grafana.cloud.AccessPolicyRotatingToken {
    const { stack, provider, hostName } = args;
    const policyName = `alloy-${hostName}${suffix}`;
    const child = { parent: this, provider, hooks };
    const policy = new grafana.cloud.AccessPolicy(
      `${name}-policy`,
      {
        region: stack.regionSlug,
        name: policyName,
        displayName: `Alloy on ${hostName}${suffix.replace("-", ": ")}`,
        scopes: policyScopes,
        realms: [{ type: "stack", identifier: stack.id }],
        ...(allowedSubnets.length > 0 ? { conditions: [{ allowedSubnets }] } : {}),
      },
      child,
    );
    return new grafana.cloud.AccessPolicyRotatingToken(
      `${name}-token`,
      {
        region: stack.regionSlug,
        accessPolicyId: policy.policyId,
        namePrefix: policyName,
        expireAfter: args.tokenLifetime,
        earlyRotationWindow: args.tokenRotationWindow,
        // Of a replacement the engine deletes the old one last, after all else succeeded.
        deleteOnDestroy: true,
      },
      child,
    );
  }
}

/** Days before its end from which a token that no update has replaced is told by `verify`. */
const TELL_DAYS = 21;

/** What `verify` says of a token. An update inside the rotation window replaces it: half of it may pass. */
function tokenEnd(
  name: string,
  token: grafana.cloud.AccessPolicyRotatingToken,
  { tokenRotationWindow }: GrafanaCloudAccessArgs,
): pulumi.Output<Token> {
  const windowDays = Number.parseInt(tokenRotationWindow, 10) / 24;
  const renew = `\`pulumi up --stack ${pulumi.getStack()}\` replaces it.`;
  const renewDays = Math.min(TELL_DAYS, windowDays / 2);
  return token.expiresAt.apply((expiresAt) => ({ name, expiresAt, renewDays, renew }));
}

/** A token as a password, and until when it is new. */
type Login = Required<Pick<Sink, "password" | "newUntil">>;

function loginOf(
  token: grafana.cloud.AccessPolicyRotatingToken,
  { newTokenSeconds }: GrafanaCloudAccessArgs,
): Login {
  const newUntil = token.createdAt.apply((createdAt) =>
    new Date(Date.parse(createdAt) + newTokenSeconds * 1000).toISOString(),
  );
  return { password: pulumi.secret(token.token), newUntil };
}

function sinksOfStack(
  stack: CloudStack,
  push: Login,
  read: Login,
): Pick<Sinks, "metrics" | "logs" | "readers"> {
  const { metricsUrl, metricsUser, logsUrl, logsUser } = stack;
  return {
    metrics: { url: below(metricsUrl, "api/prom/push"), username: metricsUser, ...push },
    logs: { url: below(logsUrl, "loki/api/v1/push"), username: logsUser, ...push },
    readers: {
      metrics: { queryUrl: below(metricsUrl, "api/prom"), username: metricsUser, ...read },
      logs: { queryUrl: logsUrl, username: logsUser, ...read },
    },
  };
}
