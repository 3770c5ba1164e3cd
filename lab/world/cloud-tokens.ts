import type { GrafanaCloud } from "../doubles/grafana/cloud.ts";
import { addIssuedTokens, worldSecrets } from "./secrets.ts";

/** Tokens that the simulated Grafana Cloud has alive now, by what they may do. */
export interface LiveTokens {
  metrics: Rights;
  logs: Rights;
}

interface Rights {
  write: string[];
  read: string[];
}

export const NO_TOKENS: LiveTokens = {
  metrics: { write: [], read: [] },
  logs: { write: [], read: [] },
};

/**
 * Tokens that the cloud has made and the sinks don't know yet: Grafana Cloud may take up to 10 min until a new
 * one is known everywhere.
 */
export class LateTokens {
  readonly #changed: () => void;
  readonly #waiting = new Map<string, NodeJS.Timeout | undefined>();
  #seconds = 0;

  /** `changed` is called when a token becomes known. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** From now on new tokens are known so many seconds late; `Infinity`: not before this is set again. Those that wait are known at once. */
  set seconds(seconds: number) {
    this.#seconds = seconds;
    this.stop();
  }

  add(token: string): void {
    if (this.#seconds === 0) return;
    const timer = Number.isFinite(this.#seconds)
      ? setTimeout(() => this.#known(token), this.#seconds * 1000)
      : undefined;
    this.#waiting.set(token, timer);
  }

  has(token: string): boolean {
    return this.#waiting.has(token);
  }

  /** Ends the waiting, without a word to anybody. */
  stop(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #known(token: string): void {
    this.#waiting.delete(token);
    this.#changed();
  }
}

/** What the sinks are to take. The cloud itself keeps no token once it was shown, so the lab does. */
export async function liveTokens(
  cloud: GrafanaCloud,
  issued: string[],
  late: LateTokens,
): Promise<LiveTokens> {
  if (issued.length > 0) await addIssuedTokens(issued);
  const { issuedTokens } = await worldSecrets();
  const known = issuedTokens.filter((token) => !late.has(token));
  const rights = (signal: string): Rights => ({
    write: known.filter((token) => cloud.takes(token, `${signal}:write`)),
    read: known.filter((token) => cloud.takes(token, `${signal}:read`)),
  });
  return { metrics: rights("metrics"), logs: rights("logs") };
}
