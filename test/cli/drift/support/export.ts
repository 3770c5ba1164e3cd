import type { ProgramRun, Registered } from "../../../support/mock-program.ts";

/** What `pulumi stack export --show-secrets` prints of a run of the program. */
export function exportOf(stack: string, { resources, outputs }: ProgramRun): string {
  const { configVersion } = outputs;
  const root = { type: "pulumi:pulumi:Stack", name: `grafana-alloy-${stack}`, inputs: {} };
  const all = [{ ...root, outputs: { configVersion } }, ...resources].map(
    ({ type, name, inputs, ...rest }) => ({
      ...("outputs" in rest && { outputs: rest.outputs }),
      ...("name" in inputs && type.endsWith(":RemoteImage")
        ? { outputs: { imageId: `id-of-${inputs.name}` } }
        : {}),
      urn: `urn:pulumi:${stack}::grafana-alloy::${type}::${name}`,
      type,
      ...(type.startsWith("grafana-alloy:") ? {} : { id: `id-of-${name}` }),
      inputs: type.startsWith("pulumi:providers:") ? asTexts(inputs) : inputs,
    }),
  );
  return JSON.stringify({ version: 3, deployment: { resources: all } }, exported);
}

/** A provider's inputs: the engine keeps all that is no text as JSON. */
function asTexts(inputs: Registered["inputs"]) {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** A secret as the engine prints it. */
function exported(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("secret" in value)) return value;
  return {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value.secret),
  };
}
