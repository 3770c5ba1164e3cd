import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type { Token } from "../cli/verify/facts.ts";
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
}

/** Where a stack's data goes: its Grafana Cloud stack, or the sinks that it names. */
export async function sinksOf(config: StackConfig): Promise<Sinks> {
  const { grafanaCloud, sinks, cloudAccessPolicyToken, metricsPassword, logsPassword } = config;
  if (grafanaCloud && cloudAccessPolicyToken) {
    const { apiUrl, stackSlug, ...settings } = grafanaCloud;
    const provider = new grafana.Provider("grafana-cloud-provider", {
      cloudAccessPolicyToken,
      cloudApiUrl: apiUrl,
    });
    const api = cloudAccessPolicyToken.apply((token) => ({ url: apiUrl, token }));
    const stack = await findCloudStack(stackSlug, await known(api), provider);
    const args = { provider, api, stack, hostName: config.host.name, ...settings };
    return new GrafanaCloudAccess("grafana-cloud", args).sinks;
  }
  if (sinks && metricsPassword && logsPassword) {
    return namedSinks(sinks, metricsPassword, logsPassword);
  }
  throw new pulumi.RunError(
    "Neither grafanaCloud nor sinks is complete; loadConfig lets none such pass.",
  );
}

/** The value of what a preview knows too: configuration, and no resource. */
function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => void output.apply(done));
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
  };
}

/** A push URL less the path that its API adds to the base. */
export function withoutPath(url: string, path: string): string {
  const trimmed = url.replace(/\/+$/, "");
  return trimmed.endsWith(path) ? trimmed.slice(0, -path.length) : trimmed;
}
