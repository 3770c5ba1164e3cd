import * as pulumi from "@pulumi/pulumi";
import type { Token } from "../cli/verify/facts.ts";
import type { StackConfig } from "../config/load.ts";

/** One endpoint that the agent pushes to. */
export interface Sink {
  /** Push URL. */
  url: pulumi.Input<string>;
  username: pulumi.Input<string>;
  /** Secret; reaches the host as a file. */
  password: pulumi.Output<string>;
}

/** Where the operator asks what arrived; never reaches a host. */
export interface Reader {
  /** Base URL of the query API, without the path that the API itself adds. */
  queryUrl: string;
  username: string;
  /** Secret. */
  password: pulumi.Output<string>;
}

export interface Sinks {
  metrics: Sink;
  logs: Sink;
  readers: { metrics: Reader; logs: Reader };
  /** Tokens with an end. None where the stack gives passwords itself. */
  tokens: pulumi.Output<Token>[];
  /**
   * For how long the sinks may refuse a new token before that is meant, in s. Left out where they refuse whoever
   * asks from this machine, since the token is good on the host's subnets alone.
   */
  refusalsFor?: number;
}

/** Where a stack's data goes: its Grafana Cloud stack, or the sinks that it names. */
export async function sinksOf(config: StackConfig): Promise<Sinks> {
  const { grafanaCloud, sinks, cloudAccessPolicyToken, metricsPassword, logsPassword } = config;
  if (grafanaCloud && cloudAccessPolicyToken) {
    // Only where it is used: with the provider's SDK it takes a thirtieth of the program's start.
    const { cloudSinks } = await import("./grafana-cloud-sinks.ts");
    return cloudSinks(grafanaCloud, cloudAccessPolicyToken, config.host.name);
  }
  if (sinks && metricsPassword && logsPassword) {
    return namedSinks(sinks, metricsPassword, logsPassword);
  }
  throw new pulumi.RunError(
    "Neither grafanaCloud nor sinks is complete; loadConfig lets none such pass.",
  );
}

type NamedSinks = NonNullable<StackConfig["sinks"]>;

/** Sinks of the stack's own: who may push may also read. */
function namedSinks(
  { metrics, logs }: NamedSinks,
  metricsPassword: pulumi.Output<string>,
  logsPassword: pulumi.Output<string>,
): Sinks {
  return {
    metrics: { url: metrics.url, username: metrics.username, password: metricsPassword },
    logs: { url: logs.url, username: logs.username, password: logsPassword },
    readers: {
      metrics: {
        queryUrl: metrics.queryUrl ?? withoutPath(metrics.url, "/api/v1/write"),
        username: metrics.username,
        password: metricsPassword,
      },
      logs: {
        queryUrl: logs.queryUrl ?? withoutPath(logs.url, "/loki/api/v1/push"),
        username: logs.username,
        password: logsPassword,
      },
    },
    tokens: [],
    refusalsFor: 0,
  };
}

/** A push URL less the path that its API adds to the base. */
export function withoutPath(url: string, path: string): string {
  const trimmed = url.replace(/\/+$/, "");
  return trimmed.endsWith(path) ? trimmed.slice(0, -path.length) : trimmed;
}
