import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { idle } from "./handler.ts";
import type { ProviderDouble } from "./provider.ts";
import { createServer } from "./server.ts";

/**
 * Runs a double as a process of its own: prints its port, as a provider plugin does, and ends when
 * its standard input closes, so that it outlives the process that started it by its last call alone:
 * a plugin finishes what a killed engine asked of it.
 */
export async function serve<Client>(provider: ProviderDouble<Client>): Promise<void> {
  console.log(await listen(provider));
}

/** Serves a double until standard input closes and its calls have ended; answers its port. */
export async function listen<Client>(provider: ProviderDouble<Client>): Promise<string> {
  const server = createServer(provider);
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  // Ctrl-C reaches the whole process group; the engine still needs its providers to end what it began.
  process.on("SIGINT", () => undefined);
  process.stdin.on("close", () => idle().then(() => process.exit(0)));
  process.stdin.resume();
  return String(port);
}
