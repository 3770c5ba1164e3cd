import { EngineLog } from "./engine-log.ts";
import type { CallContext } from "./provider.ts";

/** One configured provider of one engine run. */
interface Session<Client> {
  log?: EngineLog;
  client?: Client;
  abort: AbortController;
}

/**
 * The engine opens one connection for each provider resource of a program, and calls do not name
 * the provider they are for: two `docker.Provider`s with different hosts are told apart by the
 * connection that a call comes over.
 */
export class Sessions<Client> {
  readonly #sessions = new Map<string, Session<Client>>();

  #session(peer: string): Session<Client> {
    const known = this.#sessions.get(peer);
    if (known) return known;
    const fresh = { abort: new AbortController() };
    this.#sessions.set(peer, fresh);
    return fresh;
  }

  /** An engine attached itself and said where its log is. */
  attach(peer: string, engineAddress: string): void {
    const session = this.#session(peer);
    session.log?.close();
    session.log = new EngineLog(engineAddress);
  }

  /** A connection's configuration; the port may have been another engine run's before. */
  configure(peer: string, client: Client): void {
    const session = this.#session(peer);
    session.client = client;
    session.abort = new AbortController();
  }

  cancel(peer: string): void {
    this.#session(peer).abort.abort(new Error("the engine was interrupted"));
  }

  context(peer: string, urn: string): CallContext<Client> {
    const session = this.#sessions.get(peer);
    if (session?.client === undefined) {
      throw new Error(`no provider was configured over the connection from ${peer}`);
    }
    return {
      client: session.client,
      urn,
      signal: session.abort.signal,
      log: (level, text, status = false) => session.log?.write(level, text, urn, status),
    };
  }
}
