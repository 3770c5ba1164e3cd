import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "../../config/schema.ts";
import { cloudFetch } from "./cloud-fetch.ts";
import { type ResourceOptions, recordOptions } from "./resource-options.ts";
import type { RawSettings } from "./stack-files.ts";
import { stubFetch } from "./stub-fetch.ts";

/** One registered resource, in the order of registration. */
export interface Registered extends ResourceOptions {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert exact shapes of any resource
  inputs: Record<string, any>;
}

/** Outputs that a mock adds to the inputs of a resource; `undefined` for none. */
export type OutputsOf = (resource: Registered) => Record<string, unknown> | undefined;

/** What a run of the program registered and returned. */
export interface ProgramRun {
  resources: Registered[];
  outputs: Record<string, unknown>;
  /** The one resource of that name; throws if there is none. */
  named(name: string): Registered;
}

export const cloudStack = {
  id: "4711",
  slug: "homelab",
  regionSlug: "prod-eu-west-2",
  prometheusRemoteWriteEndpoint: "https://prometheus.example.net/api/prom/push",
  prometheusRemoteEndpoint: "https://prometheus.example.net/api/prom",
  prometheusUserId: 1001,
  logsUrl: "https://logs.example.net",
  logsUserId: 2002,
};

/** What the GitHub provider answers for a token that ends in a long time and reads all it has to. */
export function githubAnswer(endpoint: string): Record<string, unknown> {
  const headers = { "Github-Authentication-Token-Expiration": ["2099-01-31 12:00:00 UTC"] };
  const repository = /^repos\/([^/]+\/[^/]+)$/.exec(endpoint)?.[1];
  const body = repository ? { full_name: repository, permissions: { push: true } } : [];
  const texts = { headers: JSON.stringify(headers), body: JSON.stringify(body) };
  return { code: 200, status: "200 OK", id: "MOCK:1", endpoint, ...texts };
}

const secretSignature = "4dabf18193072939515e22adb298388d";
const secretValue = "1b47061264138c4ac30d75fd1eb44270";

/** Secret inputs reach mocks as signature objects: `{ secret: value }` here. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[secretSignature] === secretValue) return { secret: readable(record.value) };
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, readable(item)]));
}

function defaultOutputs({ type, name, inputs }: Registered): Record<string, unknown> {
  if (type === "docker:index/remoteImage:RemoteImage") return { imageId: `id-of-${inputs.name}` };
  if (type === "docker:index/container:Container") {
    return { exitCode: 0, containerLogs: "", name: inputs.name ?? name };
  }
  if (type.endsWith(":AccessPolicy")) return { policyId: "policy-1" };
  if (name === "grafana-cloud-verify-token") {
    return { token: "glc_verify-secret", expiresAt: "2027-01-01T00:00:00Z" };
  }
  if (type.endsWith(":AccessPolicyRotatingToken")) {
    return { token: "glc_host-secret", expiresAt: "2027-01-01T00:00:00Z" };
  }
  return {};
}

/** Configuration as the engine hands it to the program. */
export function engineConfig(settings: RawSettings): [Record<string, string>, string[]] {
  const secrets: Record<string, string> = secretKeys;
  const entries = Object.entries(settings).map(([name, value]) => [
    secrets[name] ?? `grafana-alloy:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return [Object.fromEntries(entries), Object.values(secrets)];
}

/** Runs the program with mocks in place of the engine. Errors of the program are thrown. */
export async function mockProgram(
  stack: string,
  settings: RawSettings,
  options: {
    outputs?: OutputsOf;
    /** What the provider's `getStack` gives in place of what it should. */
    cloud?: Partial<typeof cloudStack>;
    /** What the program gets when it asks Grafana Cloud itself; all well unless told. */
    cloudFetch?: typeof fetch;
    github?: typeof githubAnswer;
    /** Whether anybody answers at GitHub's address; all well unless told. */
    fetch?: typeof fetch;
    preview?: boolean;
  } = {},
): Promise<ProgramRun> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        const resource: Registered = {
          type,
          name,
          inputs: readable(inputs) as Registered["inputs"],
          ...optionsOf(type, name),
        };
        resources.push(resource);
        // What only the host can answer is unknown in a preview.
        if (options.preview) return { id: "", state: inputs };
        const state = {
          ...inputs,
          ...defaultOutputs(resource),
          ...options.outputs?.(resource),
        };
        return { id: id || `id-of-${name}`, state };
      },
      call: ({ token, inputs }) => {
        if (token === "grafana:cloud/getStack:getStack") return { ...cloudStack, ...options.cloud };
        if (token === "github:index/getRestApi:getRestApi") {
          return (options.github ?? githubAnswer)(inputs.endpoint);
        }
        throw new Error(`no mock for ${token} ${JSON.stringify(inputs)}`);
      },
    },
    "grafana-alloy",
    stack,
    options.preview ?? false,
  );
  const optionsOf = recordOptions();
  pulumi.runtime.setAllConfig(...engineConfig(settings));
  const { default: program } = await import("../../index.ts");
  // What is still under way at the end must not reach the mocks of the next run.
  const { apiUrl = "https://grafana.com" } = (settings.grafanaCloud ?? {}) as { apiUrl?: string };
  const askCloud = options.cloudFetch ?? cloudFetch([{ token: "glc_bootstrap-secret" }]);
  const askOthers = options.fetch ?? (async () => new Response("{}"));
  const restoreFetch = stubFetch((input, init) =>
    `${input}`.startsWith(apiUrl) ? askCloud(input, init) : askOthers(input, init),
  );
  // The SDK writes down where each of its promises was made, and Vite looks every frame up in a source map: half
  // of a run's time, for what is shown only of promises that never end.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  const outputs = await program()
    .then(resolvedOutputs)
    .finally(() => {
      Error.stackTraceLimit = stackTraceLimit;
      restoreFetch();
      return pulumi.runtime.disconnect();
    });
  return {
    resources,
    outputs: outputs as Record<string, unknown>,
    named: (name) => {
      const found = resources.find((resource) => resource.name === name);
      if (!found) throw new Error(`no resource ${name} among ${resources.map((r) => r.name)}`);
      return found;
    },
  };
}

/** The value of an output, once every resource that it hangs on is registered. */
function resolved<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return (pulumi.output(output) as unknown as { promise(): Promise<pulumi.Unwrap<T>> }).promise();
}

/** A program's outputs; one that the engine would encrypt as `{ secret: value }`. */
async function resolvedOutputs(outputs: Record<string, unknown>): Promise<Record<string, unknown>> {
  const entries = Object.entries(outputs).map(async ([name, output]) => {
    const value = await resolved(output as pulumi.Input<unknown>);
    const secret = pulumi.Output.isInstance(output) && (await pulumi.isSecret(output));
    return [name, secret ? { secret: value } : value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
