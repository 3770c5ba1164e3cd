import { formatLabels, type Labels } from "./labels.ts";
import type { Limits } from "./limits.ts";
import type { PushedEntry } from "./push-request.ts";
import { goTime, rfc3339, SECOND } from "./times.ts";
import type { Stream } from "./validate.ts";

interface Active {
  /** Newest entry, ns since 1970. */
  newest: bigint;
  /** When the last entry came, ms. */
  seen: number;
}

export interface Newest {
  labels: Labels;
  /** ns since 1970. */
  newest: bigint;
}

export interface Appended {
  accepted: Stream[];
  /** What the first stream that lost entries is told. */
  refusal?: { status: 400 | 429; text: string };
  /** To be called when the store has the entries: a batch that has to be sent again is judged as if it were new. */
  commit(): void;
}

/** What Loki's ingesters look at: how many streams there are, and how far an entry is behind the newest of its stream. */
export class ActiveStreams {
  #streams = new Map<string, Active>();

  append(given: Stream[], limits: Limits, user: string, now: number): Appended {
    const idle = now - limits.idleSeconds * 1000;
    const streams = new Map([...this.#streams].filter(([, { seen }]) => seen >= idle));
    const commit = () => {
      this.#streams = streams;
    };
    const result: Appended = { accepted: [], commit };
    for (const { labels, entries } of given) {
      const key = formatLabels(labels);
      if (!streams.has(key) && streams.size >= limits.maxStreams) {
        result.refusal ??= { status: 429, text: tooMany(key, user) };
        continue;
      }
      const active = { newest: streams.get(key)?.newest ?? 0n, seen: now };
      streams.set(key, active);
      const behind = new Map<PushedEntry, string>();
      for (const entry of entries) {
        const cutoff = active.newest - BigInt(limits.maxBehindSeconds) * SECOND;
        if (entry.time < cutoff) behind.set(entry, tooFarBehind(entry.time, cutoff));
        else if (entry.time > active.newest) active.newest = entry.time;
      }
      const kept = entries.filter((entry) => !behind.has(entry));
      if (kept.length > 0) result.accepted.push({ labels, entries: kept });
      if (behind.size === 0) continue;
      const total = `total ignored: ${behind.size} out of ${entries.length} for stream: ${key}`;
      const text = `${told([...behind.values()])}user '${user}', ${total}`;
      result.refusal ??= { status: 400, text };
    }
    return result;
  }

  remember(streams: Newest[], now: number): void {
    const known = streams.map(({ labels, newest }): [string, Active] => [
      formatLabels(labels),
      { newest, seen: now },
    ]);
    this.#streams = new Map(known);
  }
}

const tooMany = (stream: string, user: string) =>
  `Maximum active stream limit exceeded when trying to create stream ${stream}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${user}'`;

function tooFarBehind(time: bigint, cutoff: bigint): string {
  const reason = `entry too far behind, entry timestamp is: ${rfc3339(time)}, oldest acceptable timestamp is: ${rfc3339(cutoff)}`;
  return `entry with timestamp ${goTime(time)} ignored, reason: '${reason}',\n`;
}

/** `max_returned_stream_errors` of Loki. */
const told = (faults: string[]) => faults.slice(0, 10).join("");
