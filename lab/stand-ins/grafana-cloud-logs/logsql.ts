import type { Lines } from "./logql.ts";
import { mod, rfc3339Nano } from "./times.ts";

/** The field that holds all labels of a line, those of its stream and its structured metadata, as one text. */
export const LABELS_FIELD = "loki.labels";

/** Streams and lines in the words of the store. A filter on text is a regular expression: its own is of whole words. */
export function linesFilter({ matchers, filters }: Lines): string {
  const stream = matchers.map(
    ({ name, operator, value }) => `${JSON.stringify(name)}${operator}${JSON.stringify(value)}`,
  );
  const lines = filters.map(({ operator, text }) => {
    // A dot matches the end of a line only in the store.
    const expression = operator.endsWith("~") ? `(?-s)${text}` : escaped(text);
    return ` ${operator.startsWith("!") ? "!" : ""}_msg:~${JSON.stringify(expression)}`;
  });
  return `{${stream.join(",")}}${lines.join("")}`;
}

/** Lines from `start` on and before `end`, the newest or the oldest first. */
export function linesQuery(
  lines: Lines,
  span: { start: bigint; end: bigint; backward: boolean; limit: number },
): string {
  const time = `_time:[${rfc3339Nano(span.start)}, ${rfc3339Nano(span.end)})`;
  const order = `sort by (_time${span.backward ? " desc" : ""}) limit ${span.limit}`;
  return `${linesFilter(lines)} ${time} | ${order} | fields _time, _msg, "${LABELS_FIELD}"`;
}

/**
 * Lines after `after` and up to `upTo`, counted by their labels in buckets that end at `upTo` and every `width`
 * ns before it. The same line at the same time counts once, as in Loki.
 */
export function countQuery(
  lines: Lines,
  { after, upTo, width }: { after: bigint; upTo: bigint; width: bigint },
): string {
  const time = `_time:(${rfc3339Nano(after)}, ${rfc3339Nano(upTo)}]`;
  // The store's buckets contain their beginning and not their end, and an offset moves them back.
  const offset = mod(-upTo - 1n, width);
  const by = `_time:${width}ns offset ${offset}ns, "${LABELS_FIELD}"`;
  return `${linesFilter(lines)} ${time} | stats by (${by}) count_uniq_hash(_time, _msg) as lines`;
}

const escaped = (text: string) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
