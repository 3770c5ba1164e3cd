import { discovered, SERVICE_NAME, withService } from "./discovery.ts";
import { formatLabels, type Labels, parseLabels, SyntaxFault } from "./labels.ts";
import type { Limits } from "./limits.ts";
import type { PushedEntry, PushedStream } from "./push-request.ts";
import { rfc3339, SECOND } from "./times.ts";

/** A stream whose labels and entries the door has let pass. */
export interface Stream {
  labels: Labels;
  entries: PushedEntry[];
}

/** Lines that were refused, by Loki's name of the reason and in Loki's words. */
export interface Refused {
  reason: string;
  lines: number;
  sentence: string;
}

/** What Loki's distributor looks at: a stream's labels, then each entry by itself. */
export function validate(
  { labels: text, entries }: PushedStream,
  limits: Limits,
  now: bigint,
): { stream?: Stream; refused: Refused[] } {
  const all = (reason: string, sentence: string) => ({
    refused: [{ reason, lines: entries.length, sentence }],
  });
  let pairs: [string, string][];
  try {
    pairs = parseLabels(text);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return all("invalid_labels", `Error parsing labels '${text}' with error: ${error.message}`);
  }
  if (pairs.length === 0) {
    return all("missing_labels", "error at least one label pair is required per stream");
  }
  const fault = labelsFault(text, pairs, limits);
  if (fault) return all(...fault);
  const labels = withService(Object.fromEntries(pairs));
  const refused: Refused[] = [];
  const kept = entries.filter((entry) => {
    const entryWrong = entryFault(formatLabels(labels), entry, limits, now);
    if (!entryWrong) return true;
    refused.push({ reason: entryWrong[0], lines: 1, sentence: entryWrong[1] });
    return false;
  });
  return { stream: { labels, entries: kept.map((entry) => discovered(labels, entry)) }, refused };
}

type Fault = [reason: string, sentence: string];

function labelsFault(text: string, pairs: [string, string][], limits: Limits): Fault | undefined {
  // The label that Loki adds by itself does not count.
  const count = pairs.filter(([name]) => name !== SERVICE_NAME).length;
  if (count > limits.maxLabelNames) {
    const sentence = `entry for stream '${text}' has ${count} label names; limit ${limits.maxLabelNames}`;
    return ["max_label_names_per_series", sentence];
  }
  for (const [i, [name, value]] of pairs.entries()) {
    if (Buffer.byteLength(name) > limits.maxLabelNameBytes) {
      return ["label_name_too_long", `stream '${text}' has label name too long: '${name}'`];
    }
    if (Buffer.byteLength(value) > limits.maxLabelValueBytes) {
      return ["label_value_too_long", `stream '${text}' has label value too long: '${value}'`];
    }
    if (pairs[i - 1]?.[0] === name) {
      return ["duplicate_label_names", `stream '${text}' has duplicate label name: '${name}'`];
    }
  }
  return undefined;
}

function entryFault(
  stream: string,
  { time, bytes, metadata }: PushedEntry,
  limits: Limits,
  now: bigint,
): Fault | undefined {
  const oldest = now - BigInt(limits.maxAgeSeconds) * SECOND;
  if (time < oldest) {
    const when = `${rfc3339(time)}, oldest acceptable timestamp is: ${rfc3339(oldest)}`;
    const sentence = `entry for stream '${stream}' has timestamp too old: ${when}`;
    return ["greater_than_max_sample_age", sentence];
  }
  if (time > now + BigInt(limits.maxFutureSeconds) * SECOND) {
    const sentence = `entry for stream '${stream}' has timestamp too new: ${rfc3339(time)}`;
    return ["too_far_in_future", sentence];
  }
  if (bytes > limits.maxLineBytes) {
    const sentence = `Max entry size '${limits.maxLineBytes}' bytes exceeded for stream '${stream}' while adding an entry with length '${bytes}' bytes`;
    return ["line_too_long", sentence];
  }
  return metadataFault(stream, metadata, limits);
}

function metadataFault(stream: string, metadata: Labels, limits: Limits): Fault | undefined {
  const size = metadataBytes(metadata);
  if (size > limits.maxMetadataBytes) {
    const sentence = `stream '${stream}' has structured metadata too large: '${size}' bytes, limit: '${limits.maxMetadataBytes}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it.`;
    return ["structured_metadata_too_large", sentence];
  }
  const count = Object.keys(metadata).length;
  if (count > limits.maxMetadataEntries) {
    const sentence = `stream '${stream}' has too many structured metadata labels: '${count}', limit: '${limits.maxMetadataEntries}'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it.`;
    return ["structured_metadata_too_many", sentence];
  }
  return undefined;
}

const metadataBytes = (metadata: Labels) =>
  Object.entries(metadata).reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);

/** Bytes of an entry as the rate limits count them. */
export const sizeOf = ({ bytes, metadata }: PushedEntry): number => bytes + metadataBytes(metadata);
