import type { Declared, DeclaredContainer } from "./declared.ts";
import type { Observed } from "./observed.ts";
import type { Row } from "./row.ts";

/** Each thing that was deployed, and whether the host still has it so. Values are never shown. */
export function compare(stack: string, declared: Declared, seen: Observed): Row[] {
  const up = `pulumi up --stack ${stack}`;
  return [
    ...declared.containers.flatMap((wanted) => containerRows(wanted, seen, up)),
    ...configRows(declared, seen, up),
    secretsRow(declared, seen, up),
  ];
}

function containerRows(wanted: DeclaredContainer, { containers }: Observed, up: string): Row[] {
  const row = rowOf(`container ${wanted.name}`);
  const found = containers.find(({ name }) => name === wanted.name);
  const refresh = `${up} --refresh`;
  // A one-shot that has ended is gone after `docker system prune`, which breaks nothing.
  if (!found) return [row("existence", [wanted.runs && "is not on the host"], refresh)];
  const { image, pidLimit } = found;
  const replace = `${up} --replace '${wanted.urn}'`;
  const existence = [
    found.id !== wanted.id && "is not the container that was deployed",
    wanted.runs && !found.running && "does not run",
  ];
  const limit = pidLimit > 0 ? pidLimit : "none";
  const wantedLimit = wanted.pids?.limit ?? "none";
  const limitPids = `${up} --replace '${wanted.pids?.urn ?? wanted.urn}'`;
  return [
    row("existence", existence, refresh),
    row("environment", differences({ ...image.env, ...wanted.env }, found.env), replace),
    row("labels", differences({ ...image.labels, ...wanted.labels }, found.labels), replace),
    row("memory, restart, networks", changedLive(wanted, found), refresh),
    row("PID limit", [limit !== wantedLimit && `is ${limit}, not ${wantedLimit}`], limitPids),
  ];
}

/** What Docker changes of a container while it runs; all else takes another container. */
function changedLive(wanted: DeclaredContainer, found: Observed["containers"][number]) {
  const { memory, restart, networks } = found;
  const added = networks.filter((name) => !wanted.networks.includes(name));
  const missing = wanted.networks.filter((name) => !networks.includes(name));
  return [
    memory !== wanted.memory && `memory limit is ${memory || "none"}, not ${wanted.memory} MB`,
    restart !== wanted.restart && `restart policy is ${restart}, not ${wanted.restart}`,
    ...added.sort().map((name) => `is in the network ${name}, too`),
    ...missing.sort().map((name) => `is not in the network ${name}`),
  ];
}

function configRows({ config }: Declared, seen: Observed, up: string): Row[] {
  const row = rowOf("configuration");
  const repair = `${up} --replace '${config.urn}'`;
  const others = seen.versions.filter((version) => version !== config.version);
  const version = [
    seen.version !== config.version && `is ${seen.version || "none"}, not ${config.version}`,
    ...others.map((other) => `${other} is installed beside it`),
  ];
  return [
    row("version", version, repair),
    row("files", differences(config.files, filesOf(config.version, seen)), repair),
  ];
}

function filesOf(version: string, { files }: Observed): Record<string, string> {
  const inside = `${version}/`;
  const found = Object.entries(files).filter(([path]) => path.startsWith(inside));
  return Object.fromEntries(found.map(([path, hash]) => [path.slice(inside.length), hash]));
}

function secretsRow({ secrets }: Declared, seen: Observed, up: string): Row {
  const found = Object.entries(seen.secrets);
  const hashes = Object.fromEntries(found.map(([name, { hash }]) => [name, hash]));
  const drift = [
    ...differences(secrets.files, hashes),
    ...found.flatMap(([name, { mode, owner }]) => [
      mode !== "400" && `${name} has mode ${mode}, not 400`,
      owner !== secrets.owner && `${name} belongs to ${owner}, not ${secrets.owner}`,
    ]),
  ].filter((phrase) => phrase !== false);
  const urns = Object.entries(secrets.urns)
    .sort()
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
  return (aspect: string, phrases: (string | false)[], repair: string | undefined): Row => {
    const drift = phrases.filter((phrase) => phrase !== false);
    if (drift.length === 0) return { what, aspect, state: "same", drift };
    return { what, aspect, state: "drifted", drift, repair };
  };
}
