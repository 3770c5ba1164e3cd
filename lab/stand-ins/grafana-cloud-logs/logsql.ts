import type { Count, Lines } from "./logql.ts";
import { mod, rfc3339Nano } from "./times.ts";

/** Streams and lines in the words of the store. A filter on text is a regular expression: its own is of whole words. */
function linesFilter({ matchers, filters }: Lines): string {
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

/** The newest lines from `start` on and before `end`. */
export function linesQuery(
  lines: Lines,
  { start, end, limit }: { start: bigint; end: bigint; limit: number },
): string {
  const time = `_time:[${rfc3339Nano(start)}, ${rfc3339Nano(end)})`;
  const order = `sort by (_time desc) limit ${limit} | fields _time, _stream, _msg`;
  return `${linesFilter(lines)} ${time} | ${order}`;
}

/**
 * Lines after `after` and up to `upTo`, counted by labels in buckets that end at `upTo` and every `width` ns
 * before it. The same line of a stream at the same time counts once, as in Loki.
 */
export function countQuery(
  { lines, by }: Count,
  { after, upTo, width }: { after: bigint; upTo: bigint; width: bigint },
): string {
  const time = `_time:(${rfc3339Nano(after)}, ${rfc3339Nano(upTo)}]`;
  // The store's buckets contain their beginning and not their end, and an offset moves them back.
  const bucket = `_time:${width}ns offset ${mod(-upTo - 1n, width)}ns`;
  const groups = [bucket, ...(by ?? ["_stream"]).map((label) => JSON.stringify(label))].join(", ");
  return `${linesFilter(lines)} ${time} | stats by (${groups}) count_uniq_hash(_time, _stream, _msg) as lines`;
}

const escaped = (text: string) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
