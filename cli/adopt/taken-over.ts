import type { Fault } from "../../config/faults.ts";
import type { Raw } from "../../config/read-raw.ts";
import { type SecretName, secretKeys } from "../../config/schema.ts";
import type { EnvFile } from "./env-file.ts";
import { memoryInMb } from "./memory.ts";

/** One setting of the stack that comes from the old file. */
export interface Change {
  /** Names from the stack's root, such as `["sinks", "metrics", "url"]`. */
  path: string[];
  value: string | number | boolean;
  /** Variable of the file that it comes from; left out for what the host's own state says. */
  variable?: string;
  /** Stored encrypted, over standard input. */
  secret: boolean;
}

export interface TakenOver {
  changes: Change[];
  /** What is not taken over and why, for people. */
  notes: string[];
  faults: Fault[];
}

interface Source {
  variable: string;
  path: string[];
  read(value: string): string | number | undefined;
  /** What the value has to be, when `read` answers nothing. */
  wanted: string;
}

const text = (value: string) => value.trim() || undefined;

function url(value: string): string | undefined {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value : undefined;
}

const source = (
  variable: string,
  path: string,
  read: Source["read"] = text,
  wanted = "a value",
): Source => ({ variable, path: path.split("."), read, wanted });

const web = "a URL with http or https";

const sinkSources = [
  source("GRAFANA_PROM_URL", "sinks.metrics.url", url, web),
  source("GRAFANA_PROM_USERNAME", "sinks.metrics.username"),
  source("GRAFANA_PROM_PASSWORD", "metricsPassword"),
  source("GRAFANA_LOKI_URL", "sinks.logs.url", url, web),
  source("GRAFANA_LOKI_USERNAME", "sinks.logs.username"),
  source("GRAFANA_LOKI_PASSWORD", "logsPassword"),
];

const githubSource = source(
  "GITHUB_API_TOKEN",
  "githubToken",
  (value) => (value.startsWith("github_pat_") ? value : undefined),
  "a fine-grained token (github_pat_…); a classic one could write wherever its owner can",
);

/** Optional in the compose service; what they must be at least is what the schema says. */
const limitSources = [
  memorySource("MEM_LIMIT", "limits.alloyMemory", 128),
  memorySource("SOCKET_PROXY_MEM_LIMIT", "limits.socketProxyMemory", 16),
];

function memorySource(variable: string, path: string, least: number): Source {
  const read = (value: string) => {
    const megabytes = memoryInMb(value);
    return megabytes !== undefined && megabytes >= least ? megabytes : undefined;
  };
  return source(variable, path, read, `a memory size of at least ${least}m, such as 512m`);
}

/** What a stack takes over from the file of the compose service. What the stack says itself stays. */
export function takeOver(file: EnvFile, raw: Raw, name: string): TakenOver {
  const taken: TakenOver = {
    changes: [],
    notes: [],
    faults: file.faults.map(({ line, reason, fix }) => ({
      path: `${name} line ${line}`,
      reason,
      fix,
    })),
  };
  if (raw.grafanaCloud !== undefined) noteCloud(file, taken);
  else if (raw.sinks === undefined && isCloud(file)) taken.faults.push(cloudWanted(name));
  else for (const one of sinkSources) take(one, true);
  if (polls(raw)) take(githubSource, true);
  else if (file.variables.has(githubSource.variable)) {
    taken.notes.push("GITHUB_API_TOKEN is not taken over: this host does not poll GitHub.");
  }
  for (const one of limitSources) take(one, false);
  noteOthers(file, taken);
  return taken;

  function take({ variable, path, read, wanted }: Source, needed: boolean): void {
    const found = file.variables.get(variable);
    const own = at(raw, path);
    const setting = path.join(".");
    if (own !== undefined) {
      if (found && found.value.trim() !== String(own)) {
        taken.notes.push(`${variable} is not taken over: the stack has its own ${setting}.`);
      }
      return;
    }
    // An empty one is as good as none: Compose takes its default then.
    if (!found?.value.trim()) {
      if (needed) taken.faults.push(missing(variable, setting, name));
      return;
    }
    const value = read(found.value.trim());
    const secret = setting in secretKeys;
    if (value !== undefined) taken.changes.push({ path, value, variable, secret });
    else {
      const fix = `correct it there; it becomes the stack's ${setting}`;
      const where = `${name} line ${found.line}`;
      taken.faults.push({ path: where, reason: `${variable} is not ${wanted}`, fix });
    }
  }
}

function missing(variable: string, setting: string, name: string): Fault {
  const fix = `add it to ${name}, or set ${setting} in the stack`;
  return { path: variable, reason: `is missing: the stack has no ${setting}`, fix };
}

function isCloud({ variables }: EnvFile): boolean {
  const value = variables.get("GRAFANA_PROM_URL")?.value ?? "";
  return URL.canParse(value) && new URL(value).hostname.endsWith(".grafana.net");
}

/** The old token may write and not read: nothing could be proven with it, nor is it ever rotated. */
function cloudWanted(name: string): Fault {
  return {
    path: "grafanaCloud",
    reason: `is missing, and ${name} sends to Grafana Cloud with a token that can't read what arrived`,
    fix: "set grafanaCloud.stackSlug and the bootstrap token; the program then makes its own tokens",
  };
}

/** Grafana Cloud's URLs and tokens are looked up and made by the program itself. */
function noteCloud({ variables }: EnvFile, taken: TakenOver): void {
  const there = sinkSources.map(({ variable }) => variable).filter((name) => variables.has(name));
  if (there.length === 0) return;
  taken.notes.push(
    `${there.join(", ")}: not needed. The stack has grafanaCloud, so the program looks up the URLs and ` +
      "makes its own token. Revoke the old token in Grafana Cloud once the adoption is done.",
  );
}

function noteOthers({ variables }: EnvFile, taken: TakenOver): void {
  const known = [...sinkSources, githubSource, ...limitSources].map(({ variable }) => variable);
  const others = [...variables.keys()].filter((name) => !known.includes(name));
  if (others.length) taken.notes.push(`Not used by this program: ${others.sort().join(", ")}.`);
}

function polls(raw: Raw): boolean {
  const pipelines = Array.isArray(raw.pipelines) ? raw.pipelines : [];
  const host = at(raw, ["host", "name"]);
  return pipelines.includes("github") && at(raw, ["github", "pollingHost"]) === host;
}

/** The value at a path, or nothing. */
function at(raw: Raw, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (value as Raw)[name] : undefined,
    raw,
  );
}

/** A stack's settings with the changes in place. */
export function withChanges(raw: Raw, changes: readonly Pick<Change, "path" | "value">[]): Raw {
  const result = structuredClone(raw);
  for (const { path, value } of changes) {
    let place = result;
    for (const name of path.slice(0, -1)) {
      place[name] ??= {};
      place = place[name] as Raw;
    }
    place[path.at(-1) ?? ""] = value;
  }
  return result;
}

/** What to remove to undo the changes: the highest names that the stack did not have, each once. */
export function undoPaths(raw: Raw, changes: readonly Pick<Change, "path">[]): string[] {
  const absent = changes.map(({ path }) => {
    const depth = path.findIndex((_, index) => at(raw, path.slice(0, index + 1)) === undefined);
    return path.slice(0, depth + 1).join(".");
  });
  return [...new Set(absent)];
}

/** The key under which a stack keeps a setting: secrets of other namespaces have their own. */
export function configKey(path: string): string {
  return path in secretKeys ? secretKeys[path as SecretName] : `grafana-alloy:${path}`;
}
