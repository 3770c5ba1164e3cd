import * as pulumi from "@pulumi/pulumi";
import { readable } from "./mock-program.ts";
import { recordOptions } from "./resource-options.ts";

interface GrafanaResource {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert exact shapes of any resource
  inputs: Record<string, any>;
  parent?: string;
  provider?: string;
}

/** A run of the dashboards' program with mocks in place of the engine. */
export interface GrafanaRun {
  resources: GrafanaResource[];
  /** What was looked up: function, arguments, provider. */
  calls: { token: string; inputs: unknown; provider?: string }[];
  outputs: Record<string, unknown>;
}

export interface GrafanaMocks {
  config: Record<string, string>;
  /** Keys of `config` that are stored encrypted. */
  secrets?: string[];
  /** What Grafana Cloud says of the stack; an error is thrown. */
  stack?: Record<string, unknown> | Error;
  /** What Grafana says of the data source; an error is thrown. */
  dataSource?: Record<string, unknown> | Error;
  /** Nothing is made, so that what only Grafana can answer is unknown. */
  preview?: boolean;
}

const project = "grafana-alloy-dashboards";

export async function mockGrafana(mocks: GrafanaMocks): Promise<GrafanaRun> {
  const resources: GrafanaResource[] = [];
  const calls: GrafanaRun["calls"] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        const { parent, provider } = optionsOf(type, name);
        const seen = readable(inputs) as GrafanaResource["inputs"];
        resources.push({ type, name, inputs: seen, parent, provider });
        if (mocks.preview) return { id: "", state: inputs };
        return { id: id || `id-of-${name}`, state: { ...inputs, ...madeOutputs(type, name) } };
      },
      call: ({ token, inputs, provider }) => {
        calls.push({ token, inputs, provider: provider?.split("::")[3] });
        if (token === "grafana:cloud/getStack:getStack") {
          if (mocks.stack instanceof Error) throw mocks.stack;
          return mocks.stack ?? { id: "4711", url: "https://homelab.grafana.net" };
        }
        if (mocks.dataSource instanceof Error) throw mocks.dataSource;
        return mocks.dataSource ?? { uid: "the-metrics" };
      },
    },
    project,
    "homelab",
    mocks.preview ?? false,
  );
  const optionsOf = recordOptions();
  pulumi.runtime.setAllConfig(mocks.config, mocks.secrets ?? []);
  const { default: program } = await import("../../grafana/index.ts");
  const outputs = await program()
    .then((made) => resolved(made))
    .finally(() => pulumi.runtime.disconnect());
  return { resources, calls, outputs: outputs as GrafanaRun["outputs"] };
}

function madeOutputs(type: string, name: string): Record<string, unknown> {
  if (type.endsWith(":StackServiceAccountRotatingToken")) {
    return { key: "glsa_secret", expiration: "2027-02-01T00:00:00Z" };
  }
  return type.endsWith(":Dashboard") ? { url: `https://homelab.grafana.net/d/${name}` } : {};
}

function resolved(value: unknown): Promise<unknown> {
  return (pulumi.output(value) as unknown as { promise(): Promise<unknown> }).promise();
}
