import * as pulumi from "@pulumi/pulumi";
import { type ResourceOptions, recordOptions } from "./resource-options.ts";

/** One registered resource, in the order of registration. */
export interface Registered extends ResourceOptions {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert exact shapes of any resource
  inputs: Record<string, any>;
}

/** What was looked up: function, arguments, name of the provider. */
interface Call {
  token: string;
  // biome-ignore lint/suspicious/noExplicitAny: arguments of any function
  inputs: Record<string, any>;
  provider?: string;
}

/** What a run of a program registered, looked up and returned. */
export interface MockRun {
  resources: Registered[];
  calls: Call[];
  outputs: Record<string, unknown>;
  /** The one resource of that name; throws if there is none. */
  named(name: string): Registered;
}

export interface Mocks {
  project: string;
  stack: string;
  /** Nothing is made, so that what only a provider can answer is unknown. */
  preview?: boolean;
  config: Record<string, string>;
  /** Keys of `config` that are stored encrypted. */
  secrets: string[];
  /** Outputs that a resource has besides its inputs. */
  outputs?: (resource: Registered) => Record<string, unknown>;
  call: (call: Call) => Record<string, unknown>;
}

/** Runs a program with mocks in place of the engine. Errors of the program are thrown. */
export async function mockPulumi(
  mocks: Mocks,
  program: () => Promise<Record<string, unknown>>,
): Promise<MockRun> {
  const resources: Registered[] = [];
  const calls: Call[] = [];
  const { project, stack, preview = false } = mocks;
  const newResource = ({ type, name, inputs, id }: pulumi.runtime.MockResourceArgs) => {
    const seen = readable(inputs) as Registered["inputs"];
    const resource = { type, name, inputs: seen, ...optionsOf(type, name) };
    resources.push(resource);
    if (preview) return { id: "", state: inputs };
    return { id: id || `id-of-${name}`, state: { ...inputs, ...mocks.outputs?.(resource) } };
  };
  const call = ({ token, inputs, provider }: pulumi.runtime.MockCallArgs) => {
    const asked = { token, inputs, provider: provider?.split("::")[3] };
    calls.push(asked);
    return mocks.call(asked);
  };
  await pulumi.runtime.setMocks({ newResource, call }, project, stack, preview);
  const optionsOf = recordOptions();
  pulumi.runtime.setAllConfig(mocks.config, mocks.secrets);
  // The SDK writes down where each of its promises was made, and Vite looks every frame up in a source map: half
  // of a run's time, for what is shown only of promises that never end.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  try {
    const outputs = await resolvedOutputs(await program());
    return { resources, calls, outputs, named: (name) => find(resources, name) };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    await pulumi.runtime.disconnect();
  }
}

function find(resources: Registered[], name: string): Registered {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`no resource ${name} among ${resources.map((one) => one.name)}`);
  return found;
}

/** A program's outputs, once all resources that they depend on are registered; secret ones as `{ secret }`. */
async function resolvedOutputs(outputs: Record<string, unknown>): Promise<Record<string, unknown>> {
  const entries = Object.entries(outputs).map(async ([name, output]) => {
    const value = await (
      pulumi.output(output) as unknown as { promise(): Promise<unknown> }
    ).promise();
    const secret = pulumi.Output.isInstance(output) && (await pulumi.isSecret(output));
    return [name, secret ? { secret: value } : value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const secretSignature = "4dabf18193072939515e22adb298388d";
const secretValue = "1b47061264138c4ac30d75fd1eb44270";

/** Secret inputs reach mocks as signature objects: `{ secret: value }` here. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[secretSignature] === secretValue) return { secret: readable(record.value) };
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, readable(item)]));
}
