import type { Labels } from "./labels.ts";
import type { PushedEntry } from "./push-request.ts";

/** The label that Loki adds to a stream, after the first of these that it has. */
export const SERVICE_NAME = "service_name";
const SERVICE_LABELS = [
  ...["service", "app", "application", "app_name", "name", "app_kubernetes_io_name"],
  ...["container", "container_name", "k8s_container_name", "component", "workload", "job"],
];

/** What Loki's distributor adds to the labels of a stream. */
export function withService(labels: Labels): Labels {
  if (SERVICE_NAME in labels) return labels;
  const name = SERVICE_LABELS.find((label) => labels[label]);
  return { ...labels, [SERVICE_NAME]: name ? (labels[name] ?? "") : "unknown_service" };
}

const LEVEL = "detected_level";
const LEVEL_LABELS = ["level", "LEVEL", "Level", "severity", "SEVERITY", "Severity", "lvl"];
const IN_LINE = /(?:\b(?:level|lvl|severity)=|"(?:level|lvl|severity)"\s*:\s*)"?(\w+)/i;
/** By the words that stand for them, in the order in which they are looked for. */
const LEVELS: [level: string, words: RegExp][] = [
  ["trace", /^(trace|trc)$/i],
  ["debug", /^(debug|dbg)$/i],
  ["info", /^(info|inf|information|informational)$/i],
  ["warn", /^(warn|wrn|warning)$/i],
  ["error", /^(error|err)$/i],
  ["critical", /^critical$/i],
  ["fatal", /^fatal$/i],
];
const WORDS: [level: string, word: RegExp][] = [
  ["critical", /\bcritical\b/i],
  ["fatal", /\bfatal\b/i],
  ["error", /\b(error|err)\b/i],
  ["warn", /\b(warn|warning)\b/i],
  ["debug", /\bdebug\b/i],
  ["info", /\binfo\b/i],
];

/** Adds the level that Loki detects; its rules are longer, these are those that lines of this kind meet. */
export function discovered(labels: Labels, entry: PushedEntry): PushedEntry {
  if (LEVEL in entry.metadata) return entry;
  const all = { ...labels, ...entry.metadata };
  const label = LEVEL_LABELS.find((name) => all[name]);
  const level = label ? normal(all[label] ?? "") : fromLine(entry.line);
  return { ...entry, metadata: { ...entry.metadata, [LEVEL]: level } };
}

function fromLine(line: string): string {
  const [, named] = IN_LINE.exec(line) ?? [];
  if (named) return normal(named);
  return WORDS.find(([, word]) => word.test(line))?.[0] ?? "unknown";
}

const normal = (value: string) => LEVELS.find(([, words]) => words.test(value))?.[0] ?? value;
