import { formatLabels, type Labels } from "./labels.ts";
import { type Limits, TokenBucket } from "./limits.ts";
import type { PushedEntry } from "./push-request.ts";
import { goTime, rfc3339, SECOND } from "./times.ts";
import { type Refused, type Stream, sizeOf } from "./validate.ts";

interface Active {
  /** Newest entry, ns since 1970. */
  newest: bigint;
  /** When the last entry came, ms. */
  seen: number;
  bucket: TokenBucket;
}

export interface Newest {
  labels: Labels;
  /** ns since 1970. */
  newest: bigint;
}

export interface Appended {
  accepted: Stream[];
  refused: Refused[];
  /** What the first stream that lost entries is told. */
  refusal?: { status: 400 | 429; text: string };
  /** To be called once the store has the entries: a batch that has to be sent again is judged as new. */
  commit(): void;
}

/**
 * What Loki's ingesters look at: how many streams there are, how fast each is written, and how far an entry
 * is behind the newest of its stream. One ingester tells of the last stream of a request alone; Grafana
 * Cloud has many, among which the streams are spread, so here every stream is told of.
 */
export class ActiveStreams {
  readonly #streams = new Map<string, Active>();

  append(streams: Stream[], limits: Limits, user: string, now: number): Appended {
    this.#forget(now - limits.idleSeconds * 1000);
    const pending = new Map<string, Active>();
    const result: Appended = {
      accepted: [],
      refused: [],
      commit: () => {
        for (const [key, active] of pending) this.#streams.set(key, active);
      },
    };
    for (const stream of streams) {
      const key = formatLabels(stream.labels);
      const known = pending.get(key) ?? this.#streams.get(key);
      const created = [...pending.keys()].filter((one) => !this.#streams.has(one)).length;
      if (!known && this.#streams.size + created >= limits.maxStreams) {
        const text = `Maximum active stream limit exceeded when trying to create stream ${key}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${user}'`;
        refuse(result, { status: 429, text }, [
          { reason: "stream_limit", lines: stream.entries.length, sentence: text },
        ]);
        continue;
      }
      const active: Active = known
        ? { ...known, seen: now }
        : { newest: 0n, seen: now, bucket: new TokenBucket() };
      pending.set(key, active);
      appendTo(result, stream, { key, active, limits, user, now });
    }
    return result;
  }

  remember(streams: Newest[], now: number): void {
    for (const { labels, newest } of streams) {
      this.#streams.set(formatLabels(labels), { newest, seen: now, bucket: new TokenBucket() });
    }
  }

  #forget(before: number): void {
    for (const [key, { seen }] of this.#streams) if (seen < before) this.#streams.delete(key);
  }
}

interface Context {
  key: string;
  active: Active;
  limits: Limits;
  user: string;
  now: number;
}

function appendTo(result: Appended, stream: Stream, context: Context): void {
  const failed: { entry: PushedEntry; refused: Refused }[] = [];
  const entries = stream.entries.filter((entry) => {
    const refused = entryFault(entry, context);
    if (refused) failed.push({ entry, refused });
    return !refused;
  });
  if (entries.length) result.accepted.push({ labels: stream.labels, entries });
  const last = failed.at(-1);
  if (!last) return;
  const lines = failed
    .slice(0, RETURNED_ERRORS)
    .map(
      ({ entry, refused }) =>
        `entry with timestamp ${goTime(entry.time)} ignored, reason: '${refused.sentence}',\n`,
    );
  const total = `total ignored: ${failed.length} out of ${stream.entries.length}`;
  const text = `${lines.join("")}user '${context.user}', ${total} for stream: ${context.key}`;
  const status = last.refused.reason === RATE ? 429 : 400;
  refuse(
    result,
    { status, text },
    failed.map(({ refused }) => refused),
  );
}

/** `max_returned_stream_errors` of Loki. */
const RETURNED_ERRORS = 10;
const RATE = "per_stream_rate_limit";

function entryFault(entry: PushedEntry, { active, limits, key, now }: Context) {
  const { streamBytesPerSecond: rate, streamBurstBytes: burst } = limits;
  const size = sizeOf(entry);
  if (!active.bucket.allow(size, now, rate, burst)) {
    const sentence = `Per stream rate limit exceeded (limit: ${bytes(rate)}/sec) while attempting to ingest for stream '${key}' totaling ${bytes(size)}, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`;
    return { reason: RATE, lines: 1, sentence };
  }
  const cutoff = active.newest - BigInt(limits.maxBehindSeconds) * SECOND;
  if (entry.time < cutoff) {
    const sentence = `entry too far behind, entry timestamp is: ${rfc3339(entry.time)}, oldest acceptable timestamp is: ${rfc3339(cutoff)}`;
    return { reason: "too_far_behind", lines: 1, sentence };
  }
  if (entry.time > active.newest) active.newest = entry.time;
  return undefined;
}

function refuse(result: Appended, refusal: Appended["refusal"], refused: Refused[]): void {
  result.refused.push(...refused);
  result.refusal ??= refusal;
}

/** `3.1MB`, as Loki prints sizes. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = size < 10 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  const value = Math.round((size / 1000 ** power) * 10) / 10;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}${units[power]}`;
}
