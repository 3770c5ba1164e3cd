import { type Declared, type DeclaredContainer, variables } from "./declared.ts";
import type { Observed, ObservedContainer } from "./observed.ts";
import type { Row } from "./row.ts";

/** Each thing that was deployed, and whether the host still has it so. Values are never shown. */
export function compare(stack: string, declared: Declared, seen: Observed): Row[] {
  const up = `pulumi up --stack ${stack}`;
  return [
    ...declared.containers.flatMap((wanted) =>
      containerRows(
        wanted,
        seen.containers.find(({ name }) => name === wanted.name),
        up,
      ),
    ),
    ...configRows(declared, seen, up),
    secretsRow(declared, seen, up),
  ];
}

function containerRows(
  wanted: DeclaredContainer,
  found: ObservedContainer | undefined,
  up: string,
): Row[] {
  const row = rowOf(`container ${wanted.name}`);
  const anew = `${up} --refresh`;
  if (!found) return [row("existence", ["is not on the host"], anew)];
  const image = variables(found.image.env);
  const replaced = `${up} --replace '${wanted.urn}'`;
  return [
    row("existence", existence(wanted, found), anew),
    row("environment", differences({ ...image, ...wanted.env }, variables(found.env)), replaced),
    row("labels", differences({ ...found.image.labels, ...wanted.labels }, found.labels), replaced),
    row(
      "PID limit",
      pidDifference(wanted, found),
      `${up} --replace '${wanted.pids?.urn ?? wanted.urn}'`,
    ),
  ];
}

function existence(wanted: DeclaredContainer, found: ObservedContainer): string[] {
  return [
    ...(found.id === wanted.id ? [] : ["is another container than the one that was deployed"]),
    ...(wanted.runs && !found.running ? ["does not run"] : []),
  ];
}

function pidDifference({ pids }: DeclaredContainer, { pidLimit }: ObservedContainer): string[] {
  const bounded = pidLimit > 0 ? `${pidLimit}` : "none";
  const wanted = pids ? `${pids.limit}` : "none";
  return bounded === wanted ? [] : [`is ${bounded}, not ${wanted}`];
}

function configRows({ config }: Declared, seen: Observed, up: string): Row[] {
  const row = rowOf("configuration");
  const repair = `${up} --replace '${config.urn}'`;
  const others = seen.versions.filter((version) => version !== config.version);
  const version = [
    ...(seen.version === config.version
      ? []
      : [`is ${seen.version ?? "none"}, not ${config.version}`]),
    ...others.map((other) => `${other} is installed beside it`),
  ];
  return [
    row("version", version, repair),
    row("files", differences(config.files, seen.files), repair),
  ];
}

function secretsRow({ secrets }: Declared, seen: Observed, up: string): Row {
  const found = Object.entries(seen.secrets);
  const hashes = Object.fromEntries(found.map(([name, { hash }]) => [name, hash ?? ""]));
  const drift = [
    ...differences(secrets.files, hashes),
    ...found.flatMap(([name, { mode, owner }]) => [
      ...(mode === "400" ? [] : [`${name} has mode ${mode}, not 400`]),
      ...(owner === secrets.owner ? [] : [`${name} belongs to ${owner}, not ${secrets.owner}`]),
    ]),
  ];
  const urns = Object.entries(secrets.urns)
    .filter(([name]) => drift.some((phrase) => phrase.startsWith(`${name} `)))
    .map(([, urn]) => ` --replace '${urn}'`);
  // What was added is no resource: its owner takes it away.
  return rowOf("secrets")("files", drift, urns.length > 0 ? `${up}${urns.join("")}` : undefined);
}

/** What differs, by name alone, in order of names. */
function differences(wanted: Record<string, string>, found: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (wanted[name] === found[name]) return [];
    if (found[name] === undefined) return [`${name} is missing`];
    return [wanted[name] === undefined ? `${name} was added` : `${name} was changed`];
  });
}

function rowOf(what: string) {
  return (aspect: string, drift: string[], repair?: string): Row =>
    drift.length === 0
      ? { what, aspect, state: "same", drift }
      : { what, aspect, state: "drifted", drift, ...(repair && { repair }) };
}
