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
  /** Streams with an entry in the last `idleSeconds`: `max_global_streams_per_user`. */
  maxStreams: 5000,
  /** Bytes a second of all streams together, and how many may come at once. */
  bytesPerSecond: 4 << 20,
  burstBytes: 6 << 20,
};

export type Limits = typeof DEFAULT_LIMITS;

/** So many bytes a second, of which what was not used is kept up to `burst`. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #left: number;
  #at = 0;

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Whether `bytes` may pass at `now` (ms); if so they are taken out. */
  allow(bytes: number, now: number): boolean {
    const gained = ((now - this.#at) / 1000) * this.#rate;
    const left = Math.min(this.#burst, this.#left + gained);
    const allowed = bytes <= left;
    this.#left = allowed ? left - bytes : left;
    this.#at = now;
    return allowed;
  }
}
