import { ask, outcome, type Request } from "../../../http/ask.ts";
import type { Newest } from "./active-streams.ts";
import { parseLabels } from "./labels.ts";
import { parseRfc3339 } from "./times.ts";
import type { Stream } from "./validate.ts";

/** The store did not do what it was asked for. */
export class StoreFault extends Error {}

/** VictoriaLogs, by its HTTP API. */
export class Store {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Ends when the entries are stored. They are found once `flush` ended. */
  async insert(streams: Stream[]): Promise<void> {
    const body = streams.map(({ labels, entries }) => ({
      stream: labels,
      values: entries.map(({ time, line }) => [`${time}`, line]),
    }));
    // Else it takes a line of JSON apart.
    const path = "/insert/loki/api/v1/push?disable_message_parsing=1";
    const headers = { "content-type": "application/json" };
    await this.#ask(path, { headers, body: JSON.stringify({ streams: body }) });
  }

  /** The streams with entries of the last `seconds`, and the newest of each. */
  async newest(seconds: number): Promise<Newest[]> {
    const rows = await this.rows(`_time:${seconds}s | stats by (_stream) max(_time) as newest`);
    return rows.map(({ _stream = "{}", newest = "" }) => ({
      labels: Object.fromEntries(parseLabels(_stream)),
      newest: parseRfc3339(newest) ?? 0n,
    }));
  }

  /** Makes everything that was stored until now visible to queries; by itself that takes a second. */
  async flush(): Promise<void> {
    await this.#ask("/internal/force_flush", {});
  }

  /** The rows that a LogsQL query answers. */
  async rows(query: string): Promise<Record<string, string>[]> {
    await this.flush();
    const text = await this.#ask("/select/logsql/query", { body: new URLSearchParams({ query }) });
    const lines = text.split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  async #ask(path: string, options: Request): Promise<string> {
    const answer = await ask(`${this.#url}${path}`, { method: "POST", seconds: 30, ...options });
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    throw new StoreFault(`the store ${outcome(answer)}`);
  }
}
