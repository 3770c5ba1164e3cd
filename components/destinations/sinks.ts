import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/load.ts";
import type { Sinks } from "./destination.ts";

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
    "Neither grafanaCloud nor sinks is complete, which loadConfig should have refused.",
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
    askable: true,
  };
}

/** A push URL less the path that its API adds to the base. */
function withoutPath(url: string, path: string): string {
  const trimmed = url.replace(/\/+$/, "");
  return trimmed.endsWith(path) ? trimmed.slice(0, -path.length) : trimmed;
}
