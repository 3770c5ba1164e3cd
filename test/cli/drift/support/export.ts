import type { ProgramRun, Registered } from "../../../support/mock-program.ts";

const secretSignature = "4dabf18193072939515e22adb298388d";
const secretValue = "1b47061264138c4ac30d75fd1eb44270";

/** What `pulumi stack export --show-secrets` prints of a run of the program. */
export function exportOf(stack: string, run: ProgramRun): string {
  const urn = ({ type, name }: Pick<Registered, "type" | "name">) =>
    `urn:pulumi:${stack}::grafana-alloy::${type}::${name}`;
  const resources = run.resources.map((one) => ({
    urn: urn(one),
    type: one.type,
    ...(one.type.startsWith("grafana-alloy:") ? {} : { id: `id-of-${one.name}` }),
    inputs: exported(one.type.startsWith("pulumi:providers:") ? asTexts(one.inputs) : one.inputs),
  }));
  const root = { urn: urn({ type: "pulumi:pulumi:Stack", name: `grafana-alloy-${stack}` }) };
  const outputs = exported({ configVersion: run.outputs.configVersion });
  const all = [{ ...root, type: "pulumi:pulumi:Stack", outputs }, ...resources];
  return JSON.stringify({ version: 3, deployment: { resources: all } });
}

/** A provider's inputs: the engine keeps all that is no text as JSON. */
function asTexts(inputs: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function exported(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(exported);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && "secret" in value) {
    return { [secretSignature]: secretValue, plaintext: JSON.stringify(value.secret) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, exported(item)]));
}
