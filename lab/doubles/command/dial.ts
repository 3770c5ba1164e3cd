import { connect, type NetConnectOpts, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type Client, type ConnectConfig } from "ssh2";
import type { Bag } from "../engine/values.ts";
import { dialError, handshakeError } from "./go-errors.ts";
import { sshConfig } from "./ssh.ts";

/** Connects a socket; `seconds` bounds that alone, as in the real provider (0: no bound). */
async function dialSocket(options: NetConnectOpts, seconds: number): Promise<Socket> {
  const socket = connect(options);
  try {
    await new Promise<void>((done, fail) => {
      socket.once("connect", () => done()).once("error", fail);
      socket.setTimeout(seconds * 1000, () => fail(new Error("i/o timeout")));
    });
  } catch (error) {
    socket.destroy();
    throw new Error(dialError(options, error as NodeJS.ErrnoException), { cause: error });
  }
  return socket.setTimeout(0);
}

/** Without a bound on the handshake: a server that takes the connection and says nothing is waited for. */
async function connectOnce(config: ConnectConfig, seconds: number): Promise<Client> {
  const { host = "", port = 0 } = config;
  const sock = await dialSocket({ host, port }, seconds);
  const client = new ssh2.Client();
  let offered = "";
  const debug = (line: string) => {
    offered = /^Handshake: \(remote\) Host key format: (.*)$/.exec(line)?.[1] ?? offered;
  };
  return new Promise((done, fail) => {
    client.on("ready", () => done(client));
    const failed = (error: Error) => fail(new Error(handshakeError(error, config, offered)));
    // Of a server that ends between its first line and the login, ssh2 says no more than this.
    client.on("close", () => failed(new Error("EOF"))).on("error", failed);
    client.connect({ ...config, sock, debug });
  });
}

/**
 * Connects, again and again up to `dialErrorLimit` failures (-1: no limit), with pauses that grow as
 * in Pulumi's `retry` package: from 0.1 s, half as long again each time, 5 s at most.
 */
export async function dial(
  connection: Bag,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<Client> {
  const config = sshConfig(connection);
  // What is wrong with the keys or the agent is wrong at once: only the dialling is tried again.
  if (typeof config.agent === "string") (await dialSocket({ path: config.agent }, 0)).destroy();
  const seconds = Number(connection.perDialTimeout ?? 15);
  const limit = Number(connection.dialErrorLimit ?? 10);
  for (let failures = 1, pause = 100; ; failures += 1, pause = Math.min(pause * 1.5, 5000)) {
    try {
      return await connectOnce(config, seconds);
    } catch (error) {
      const { message } = error as Error;
      if (limit >= 0 && failures > limit) {
        throw new Error(`after ${failures - 1} failed attempts: ${message}`);
      }
      log(`Dial ${failures}/${limit < 0 ? "inf" : limit} failed: retrying`);
      await sleep(pause, undefined, { signal });
    }
  }
}
