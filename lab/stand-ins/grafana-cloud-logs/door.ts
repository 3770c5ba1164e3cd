import { turns } from "../../turns.ts";
import { ActiveStreams, type Appended, type Newest } from "./active-streams.ts";
import { Counters } from "./counters.ts";
import { changed, DEFAULT_LIMITS, type Limits, TokenBucket } from "./limits.ts";
import type { PushedStream } from "./push-request.ts";
import { nowNs } from "./times.ts";
import { type Refused, type Stream, sizeOf, validate } from "./validate.ts";

/** What a client is told. Nothing was wrong: 204 and no text. */
export interface PushAnswer {
  status: 204 | 400 | 422 | 429;
  text: string;
}

/** Where the door puts what it accepts. */
export interface Keeper {
  /** Ends when the entries are stored, and throws when they are not. */
  insert(streams: Stream[]): Promise<void>;
  /** The streams with entries of the last `seconds`, and the newest of each. */
  newest(seconds: number): Promise<Newest[]>;
}

/** Takes pushes as Grafana Cloud does: what it accepts of a batch is stored, whatever else is in it. */
export class Door {
  readonly counters = new Counters();
  #limits: Limits = DEFAULT_LIMITS;
  readonly #active = new ActiveStreams();
  readonly #bucket = new TokenBucket();
  readonly #store: Keeper;
  #knowsStreams = false;
  readonly #inTurn = turns();

  constructor(store: Keeper) {
    this.#store = store;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Changes some limits, or puts all back. */
  change(changes: Record<string, unknown> | undefined): void {
    this.#limits = changes ? changed(this.#limits, changes) : DEFAULT_LIMITS;
  }

  /** One push after the other: each is judged by what the ones before it brought. */
  push(streams: PushedStream[], user: string): Promise<PushAnswer> {
    return this.#inTurn(() => this.#push(streams, user));
  }

  async #push(pushed: PushedStream[], user: string): Promise<PushAnswer> {
    if (pushed.length === 0) {
      return { status: 422, text: "error at least one valid stream is required for ingestion" };
    }
    for (const { labels, entries } of pushed) this.counters.received(labels, entries.length);
    const judged = pushed
      .filter(({ entries }) => entries.length > 0)
      .map((stream) => validate(stream, this.#limits, nowNs()));
    const invalid = judged.flatMap(({ refused }) => refused);
    const valid = judged.flatMap(({ stream }) => (stream?.entries.length ? [stream] : []));
    this.#refused(invalid);
    const tooMuch = this.#rateFault(valid, user);
    if (tooMuch) return { status: 429, text: tooMuch };
    if (!this.#knowsStreams) await this.#remember();
    const appended = this.#active.append(valid, this.#limits, user, Date.now());
    await this.#keep(appended);
    if (appended.refusal) return appended.refusal;
    if (invalid.length > 0) return { status: 400, text: grouped(invalid) };
    return { status: 204, text: "" };
  }

  async #keep({ accepted, refused, commit }: Appended): Promise<void> {
    if (accepted.length > 0) await this.#store.insert(accepted);
    commit();
    this.#refused(refused);
    for (const { entries } of accepted) this.counters.accepted(entries.length);
  }

  /** After a start of its own: Loki reads its write-ahead log, and the order of a stream goes on. */
  async #remember(): Promise<void> {
    this.#active.remember(await this.#store.newest(this.#limits.idleSeconds), Date.now());
    this.#knowsStreams = true;
  }

  #refused(refused: Refused[]): void {
    for (const { reason, lines } of refused) this.counters.refused(reason, lines);
  }

  /** The limit of all streams together refuses the whole request. */
  #rateFault(streams: Stream[], user: string): string | undefined {
    const entries = streams.flatMap((stream) => stream.entries);
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    const { bytesPerSecond, burstBytes } = this.#limits;
    if (this.#bucket.allow(size, Date.now(), bytesPerSecond, burstBytes)) return undefined;
    this.counters.refused("rate_limited", entries.length);
    return `ingestion rate limit exceeded for user ${user} (limit: ${bytesPerSecond} bytes/sec) while attempting to ingest '${entries.length}' lines totaling '${size}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`;
  }
}

/** Same sentences once, with their number unless there is but one, as Loki puts them together. */
function grouped(refused: Refused[]): string {
  const counts = new Map<string, number>();
  for (const { sentence } of refused) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  return [...counts]
    .map(([sentence, n]) => (refused.length > 1 ? `${n} errors like: ${sentence}` : sentence))
    .join("; ");
}
