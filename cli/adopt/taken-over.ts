import type { Fault } from "../../config/faults.ts";
import type { Raw } from "../../config/read-raw.ts";
import { type SecretName, secretKeys } from "../../config/schema.ts";
import type { EnvFile } from "./env-file.ts";

/** One setting that the stack is given. */
export interface Change {
  /** Such as `sinks.metrics.url`. */
  path: string;
  value: string | number | boolean;
}

export interface TakenOver {
  changes: Change[];
  /** What is not taken over and why, for people. */
  notes: string[];
  faults: Fault[];
}

/** Which setting a variable of the compose service becomes. */
const settingOf: Readonly<Record<string, string>> = {
  GRAFANA_PROM_URL: "sinks.metrics.url",
  GRAFANA_PROM_USERNAME: "sinks.metrics.username",
  GRAFANA_PROM_PASSWORD: "metricsPassword",
  GRAFANA_LOKI_URL: "sinks.logs.url",
  GRAFANA_LOKI_USERNAME: "sinks.logs.username",
  GRAFANA_LOKI_PASSWORD: "logsPassword",
  GITHUB_API_TOKEN: "githubToken",
  MEM_LIMIT: "limits.alloyMemory",
  SOCKET_PROXY_MEM_LIMIT: "limits.socketProxyMemory",
};

/** What a stack takes over from the file of the compose service. What the stack says itself stays. */
export function takeOver({ name, variables, faults }: EnvFile, raw: Raw): TakenOver {
  const cloud = isGrafanaCloud(variables.get("GRAFANA_PROM_URL"));
  const wantsCloud = cloud && raw.grafanaCloud === undefined && raw.sinks === undefined;
  const changes: Change[] = [];
  const left = new Map<string, string[]>();
  for (const [variable, text] of variables) {
    // An empty one is as good as none: Compose takes its default then.
    const value = text.trim();
    if (!value) continue;
    const path = settingOf[variable];
    const reason = path ? whyNot(path, value, raw) : "this program does not use it";
    if (reason !== undefined) left.set(reason, [...(left.get(reason) ?? []), variable]);
    else if (path && !(wantsCloud && isOfSink(path)) && at(raw, path) === undefined) {
      changes.push({ path, value: path.startsWith("limits.") ? megabytes(value) : value });
    }
  }
  return {
    changes,
    notes: [...left].map(([reason, names]) => `Not taken over: ${names.join(", ")}; ${reason}.`),
    faults: wantsCloud ? [...faults, cloudWanted(name)] : faults,
  };
}

/** Why a variable is left; nothing where it is taken, or the stack has the same value. */
function whyNot(path: string, value: string, raw: Raw): string | undefined {
  const own = at(raw, path);
  if (own !== undefined) {
    const same = String(own) === value || own === megabytes(value);
    return same ? undefined : "the stack has its own";
  }
  if (isOfSink(path) && raw.grafanaCloud !== undefined) {
    return "with grafanaCloud the program looks up the URLs and makes its own token. Revoke the old token once the adoption is done";
  }
  return path === "githubToken" && !polls(raw) ? "this host does not poll GitHub" : undefined;
}

function isOfSink(path: string): boolean {
  return /^sinks\.|^(metrics|logs)Password$/.test(path);
}

function isGrafanaCloud(url = ""): boolean {
  return URL.canParse(url) && new URL(url).hostname.endsWith(".grafana.net");
}

/** The old token may write and not read: nothing could be proven with it, nor is it ever rotated. */
function cloudWanted(name: string): Fault {
  return {
    path: "grafanaCloud",
    reason: `is missing, and the token with which ${name} sends to Grafana Cloud can't read what arrived`,
    fix: "set grafanaCloud.stackSlug and the bootstrap token; the program then creates its own tokens",
  };
}

/** A fault of the stack's settings, with the variables of the old file that would fix it too. */
export function withVariables(fault: Fault, name: string): Fault {
  const within = fault.path === "grafanaCloud" ? "sinks" : fault.path;
  const variables = Object.entries(settingOf).flatMap(([variable, path]) =>
    path === within || path.startsWith(`${within}.`) ? [variable] : [],
  );
  if (variables.length === 0) return fault;
  return { ...fault, fix: `correct ${variables.join(", ")} in ${name}, or: ${fault.fix}` };
}

function polls(raw: Raw): boolean {
  const pipelines = Array.isArray(raw.pipelines) ? raw.pipelines : [];
  return pipelines.includes("github") && at(raw, "github.pollingHost") === at(raw, "host.name");
}

const units: Readonly<Record<string, number>> = { b: 2 ** -20, k: 2 ** -10, m: 1, g: 2 ** 10 };

/** A memory size of Compose (`512m`, `0.5g`, `536870912`) in whole MB, rounded up; other text as it is. */
export function megabytes(text: string): number | string {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)i?b?$/i.exec(text) ?? [];
  return amount ? Math.ceil(Number(amount) * (units[unit?.toLowerCase() || "b"] ?? 1)) : text;
}

/** The value at a path, or nothing. */
function at(raw: Raw, path: string): unknown {
  const inside = (value: unknown, name: string) => (value as Raw | null | undefined)?.[name];
  return path.split(".").reduce<unknown>(inside, raw);
}

/** A stack's settings with the changes in place. */
export function withChanges(raw: Raw, changes: readonly Change[]): Raw {
  const result = structuredClone(raw);
  for (const { path, value } of changes) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let place = result;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Raw;
    }
    place[last] = value;
  }
  return result;
}

/** What to remove to undo the changes: the highest names that the stack did not have, each once. */
export function undoPaths(raw: Raw, changes: readonly Change[]): string[] {
  const absent = changes.map(({ path }) => {
    const names = path.split(".");
    const above = names.map((_, index) => names.slice(0, index + 1).join("."));
    return above.find((each) => at(raw, each) === undefined) ?? path;
  });
  return [...new Set(absent)];
}

export function isSecret(path: string): path is SecretName {
  return path in secretKeys;
}

/** The key under which a stack keeps a setting: secrets of other namespaces have their own. */
export function configKey(path: string): string {
  return isSecret(path) ? secretKeys[path] : `grafana-alloy:${path}`;
}
