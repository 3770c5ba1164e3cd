import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import type { ProviderDouble } from "./provider.ts";
import { createServer } from "./server.ts";

/**
 * Runs a double as a process of its own: prints its port, as a provider plugin does, and ends when
 * its standard input closes, so that it never outlives the process that started it.
 */
export async function serve<Client>(provider: ProviderDouble<Client>): Promise<void> {
  console.log(await listen(provider));
}

/** Serves a double until standard input closes; answers its port. */
export async function listen<Client>(provider: ProviderDouble<Client>): Promise<string> {
  const server = createServer(provider);
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  // Ctrl-C reaches the whole process group; the engine still needs its providers to end what it began.
  process.on("SIGINT", () => undefined);
  process.stdin.on("close", () => process.exit(0));
  process.stdin.resume();
  return String(port);
}
