/** What the door refuses. Grafana Cloud's where it publishes them, else the defaults of Loki. */
export const DEFAULT_LIMITS = {
  /** Age above which an entry is refused, in s: `reject_old_samples_max_age`. */
  maxAgeSeconds: 168 * 3600,
  /** How far in the future an entry may be, in s: `creation_grace_period`. */
  maxFutureSeconds: 600,
  /** How far an entry may be behind the newest of its stream, in s: half of `max_chunk_age`. */
  maxBehindSeconds: 3600,
  /** Time without an entry after which a stream is forgotten, in s: `chunk_idle_period`. */
  idleSeconds: 1800,
  /** Bytes of one line: `max_line_size`. */
  maxLineBytes: 256 * 1024,
  maxLabelNames: 15,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxMetadataBytes: 64 * 1024,
  maxMetadataEntries: 128,
  /** Streams with an entry in the last `idleSeconds`: `max_global_streams_per_user`. */
  maxStreams: 5000,
  /** Bytes a second of all streams together, and how many may come at once. */
  bytesPerSecond: 4 << 20,
  burstBytes: 6 << 20,
  /** The same of one stream. */
  streamBytesPerSecond: 3 << 20,
  streamBurstBytes: 15 << 20,
};

export type Limits = typeof DEFAULT_LIMITS;

/** The limits with changes over them; throws one sentence on what is not a limit or not a number. */
export function changed(limits: Limits, changes: Record<string, unknown>): Limits {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in DEFAULT_LIMITS)) throw new Error(`There is no limit ${name}.`);
    if (typeof value !== "number" || !(value >= 0)) throw new Error(`${name} has to be a number.`);
  }
  return { ...limits, ...changes };
}

/** So many bytes a second, of which what was not used is kept up to `burst`; a limit may change at any time. */
export class TokenBucket {
  #left: number | undefined;
  #at = 0;

  /** Whether `bytes` may pass at `now` (ms); if so they are taken out. */
  allow(bytes: number, now: number, rate: number, burst: number): boolean {
    const gained = ((now - this.#at) / 1000) * rate;
    const left = this.#left === undefined ? burst : Math.min(burst, this.#left + gained);
    const allowed = bytes <= left;
    this.#left = allowed ? left - bytes : left;
    this.#at = now;
    return allowed;
  }
}
