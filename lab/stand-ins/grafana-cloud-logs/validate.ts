import { formatLabels, type Labels, parseLabels, SyntaxFault } from "./labels.ts";
import type { Limits } from "./limits.ts";
import type { PushedEntry, PushedStream } from "./push-request.ts";
import { rfc3339, SECOND } from "./times.ts";

/** A stream whose labels and entries the door has let pass. */
export interface Stream {
  labels: Labels;
  entries: PushedEntry[];
}

/** What Loki's distributor looks at: a stream's labels, then each entry by itself. Faults are in Loki's words. */
export function validate(
  { labels: text, entries }: PushedStream,
  limits: Limits,
  now: bigint,
): { stream?: Stream; faults: string[] } {
  let pairs: [string, string][];
  try {
    pairs = parseLabels(text);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { faults: [`Error parsing labels '${text}' with error: ${error.message}`] };
  }
  const fault = labelsFault(text, pairs, limits);
  if (fault) return { faults: [fault] };
  const labels = withService(Object.fromEntries(pairs));
  const name = formatLabels(labels);
  const judged = entries.map((entry) => ({ entry, fault: entryFault(name, entry, limits, now) }));
  return {
    stream: { labels, entries: judged.flatMap(({ entry, fault }) => (fault ? [] : [entry])) },
    faults: judged.flatMap(({ fault }) => fault ?? []),
  };
}

function labelsFault(text: string, pairs: [string, string][], limits: Limits): string | undefined {
  if (pairs.length === 0) return "error at least one label pair is required per stream";
  // The label that Loki adds by itself does not count.
  const count = pairs.filter(([name]) => name !== SERVICE_NAME).length;
  if (count <= limits.maxLabelNames) return undefined;
  return `entry for stream '${text}' has ${count} label names; limit ${limits.maxLabelNames}`;
}

function entryFault(
  stream: string,
  { time, bytes }: PushedEntry,
  limits: Limits,
  now: bigint,
): string | undefined {
  const oldest = now - BigInt(limits.maxAgeSeconds) * SECOND;
  if (time < oldest) {
    const when = `${rfc3339(time)}, oldest acceptable timestamp is: ${rfc3339(oldest)}`;
    return `entry for stream '${stream}' has timestamp too old: ${when}`;
  }
  if (time > now + BigInt(limits.maxFutureSeconds) * SECOND) {
    return `entry for stream '${stream}' has timestamp too new: ${rfc3339(time)}`;
  }
  if (bytes > limits.maxLineBytes) {
    return `Max entry size '${limits.maxLineBytes}' bytes exceeded for stream '${stream}' while adding an entry with length '${bytes}' bytes`;
  }
  return undefined;
}

/** The label that Loki adds to a stream, after the first of these that it has. */
const SERVICE_NAME = "service_name";
const SERVICE_LABELS = ["service", "app", "name", "container", "component", "job"];

function withService(labels: Labels): Labels {
  if (SERVICE_NAME in labels) return labels;
  const label = SERVICE_LABELS.find((name) => labels[name]) ?? "";
  return { ...labels, [SERVICE_NAME]: labels[label] ?? "unknown_service" };
}
