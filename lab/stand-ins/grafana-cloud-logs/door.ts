import { turns } from "../../turns.ts";
import { ActiveStreams, type Newest } from "./active-streams.ts";
import { DEFAULT_LIMITS, type Limits, TokenBucket } from "./limits.ts";
import type { PushedStream } from "./push-request.ts";
import { nowNs } from "./times.ts";
import { type Stream, validate } from "./validate.ts";

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
  readonly #store: Keeper;
  readonly #limits: Limits;
  readonly #bucket: TokenBucket;
  readonly #active = new ActiveStreams();
  readonly #inTurn = turns();
  #knowsStreams = false;

  constructor(store: Keeper, limits: Partial<Limits> = {}) {
    this.#store = store;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#bucket = new TokenBucket(this.#limits.bytesPerSecond, this.#limits.burstBytes);
  }

  /** One push after the other: each is judged by what the ones before it brought. */
  push(streams: PushedStream[], user: string): Promise<PushAnswer> {
    return this.#inTurn(() => this.#push(streams, user));
  }

  async #push(pushed: PushedStream[], user: string): Promise<PushAnswer> {
    if (pushed.length === 0) {
      return { status: 422, text: "error at least one valid stream is required for ingestion" };
    }
    const judged = pushed.map((stream) => validate(stream, this.#limits, nowNs()));
    const valid = judged.flatMap(({ stream }) => (stream?.entries.length ? [stream] : []));
    const tooMuch = this.#rateFault(valid, user);
    if (tooMuch) return { status: 429, text: tooMuch };
    if (!this.#knowsStreams) await this.#remember();
    const appended = this.#active.append(valid, this.#limits, user, Date.now());
    if (appended.accepted.length > 0) await this.#store.insert(appended.accepted);
    appended.commit();
    if (appended.refusal) return appended.refusal;
    const faults = judged.flatMap((one) => one.faults);
    return faults.length > 0 ? { status: 400, text: grouped(faults) } : { status: 204, text: "" };
  }

  /** After a start of its own: Loki reads its write-ahead log, and the order of a stream continues. */
  async #remember(): Promise<void> {
    this.#active.remember(await this.#store.newest(this.#limits.idleSeconds), Date.now());
    this.#knowsStreams = true;
  }

  /** The limit of all streams together refuses the whole request. */
  #rateFault(streams: Stream[], user: string): string | undefined {
    const entries = streams.flatMap((stream) => stream.entries);
    const size = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.#bucket.allow(size, Date.now())) return undefined;
    return `ingestion rate limit exceeded for user ${user} (limit: ${this.#limits.bytesPerSecond} bytes/sec) while attempting to ingest '${entries.length}' lines totaling '${size}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`;
  }
}

/** Same sentences once, with their number unless there is but one, as Loki puts them together. */
function grouped(faults: string[]): string {
  const counts = new Map<string, number>();
  for (const fault of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return [...counts]
    .map(([fault, n]) => (faults.length > 1 ? `${n} errors like: ${fault}` : fault))
    .join("; ");
}
