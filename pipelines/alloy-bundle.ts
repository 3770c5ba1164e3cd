import { hash } from "node:crypto";
import type { LogPrivacyFacts } from "./log-privacy.ts";

/** Facts about a host that pipelines read from `host.json`. Its shape is the same on every host. */
export interface HostFacts {
  /** Value of the labels `host` and `instance`. */
  name: string;
  sinks: { metrics: SinkFacts; logs: SinkFacts };
  journal: { path: string };
  /** Scrape targets, label by label. */
  postgres: { __address__: string; instance: string; job: string }[];
  github: {
    repositories: string[];
    polling_host: string;
    api_url: string;
    /** GitHub App that polls; 0 where a token does, or nobody. */
    app: { id: number; installation_id: number };
  };
  /** Regular expressions of what stays on the host. */
  logs: LogPrivacyFacts;
}

interface SinkFacts {
  url: string;
  username: string;
}

/** A set of configuration files under the name by which it is installed. */
export interface AlloyBundle {
  /** First 12 hex digits of the SHA-256 of the contents. */
  version: string;
  /** Contents by file name, in order of names. */
  files: Record<string, string>;
}

/**
 * File of a version with the ids of the components that its files declare, such as `prometheus.scrape.host`,
 * one a line, in order: an agent that lacks one of them has not loaded the version.
 */
export const COMPONENTS_FILE = "components";

/** File of a version with the rules that a running agent does not take over for the containers that it reads. */
export const READER_RULES_FILE = "reader-rules";

/** Directory of a version as Alloy sees it. */
export function versionPath(version: string): string {
  return `/etc/alloy/versions/${version}`;
}

/**
 * Pipelines and facts as one versioned set. The file that names `host.json` holds its version, so that a
 * reload reads pipelines and facts of the same version, never of two.
 */
export function alloyBundle(pipelines: Record<string, string>, facts: HostFacts): AlloyBundle {
  const content = sorted({ ...pipelines, "host.json": `${JSON.stringify(facts, null, 2)}\n` });
  const version = hash("sha256", JSON.stringify(content)).slice(0, 12);
  const files = { ...content, "host-facts.alloy": hostFactsFile(version) };
  const alloy = Object.entries(files).filter(([name]) => name.endsWith(".alloy"));
  const components = alloy.flatMap(([, text]) => componentIds(text)).sort();
  const list = components.map((id) => `${id}\n`).join("");
  const rules = alloy.flatMap(([, text]) => readerRules(text)).join("\n");
  return {
    version,
    files: sorted({
      ...files,
      [COMPONENTS_FILE]: list,
      ...(rules && { [READER_RULES_FILE]: `${rules}\n` }),
    }),
  };
}

/** The blocks that `loki.source.docker` has its targets and their labels from, without comments. */
function readerRules(text: string): string[] {
  const blocks = text.matchAll(
    /^(?:discovery\.relabel "containers"|loki\.relabel "container_labels") \{[\s\S]*?^\}/gm,
  );
  return [...blocks].map(([block]) => block.replaceAll(/^\s*\/\/.*\n/gm, ""));
}

function hostFactsFile(version: string): string {
  return [
    "// The facts of this host that the pipelines read.",
    "",
    'local.file "host" {',
    `\tfilename = "${versionPath(version)}/host.json"`,
    '\tdetector = "poll"',
    "}",
    "",
  ].join("\n");
}

/** Ids of the components that a file declares at its top level. */
export function componentIds(text: string): string[] {
  return [...text.matchAll(/^([a-z_]\w*(?:\.\w+)+) "(\w+)" \{/gm)].map(
    ([, kind, label]) => `${kind}.${label}`,
  );
}

const marker = "==> ";

/** The files as one text: a line `==> name`, then the file, and so on. Reads well in a preview's diff. */
export function packFiles(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([name, text]) => {
      if (!/^[\w.-]+$/.test(name)) throw new Error(`${name}: not a plain file name`);
      if (!text.endsWith("\n")) throw new Error(`${name}: must end with a line break`);
      if (`\n${text}`.includes(`\n${marker}`)) {
        throw new Error(`${name}: has a line that starts with "${marker}", which separates files`);
      }
      return `${marker}${name}\n${text}`;
    })
    .join("");
}

/** The files of such a text. */
export function unpackFiles(text: string): Record<string, string> {
  const parts = text.split(/^==> (.+)\n/m).slice(1);
  const names = parts.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, parts[2 * index + 1] ?? ""]));
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
