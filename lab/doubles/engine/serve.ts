import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { idle } from "./handler.ts";
import { pluginHandlers } from "./plugin-handlers.ts";
import type { ProviderDouble } from "./provider.ts";
import { resourceHandlers } from "./resource-handlers.ts";
import { Sessions } from "./sessions.ts";

/** 100 MB: a state with large command outputs must not hit gRPC's default of 4 MB. */
const MAX_MESSAGE = 100 * 1024 * 1024;

/**
 * Runs a double as a process of its own: prints its port, as a provider plugin does, and ends when
 * its standard input closes, so that it outlives the process that started it by its last call alone:
 * a plugin finishes what a killed engine asked of it.
 */
export async function serve<Client>(provider: ProviderDouble<Client>): Promise<void> {
  console.log(await listen(provider));
}

/**
 * Serves a double until standard input closes and its calls have ended; answers its port. The SDK's own
 * `provider.main()` is not enough: its `configure` drops the configuration, it answers previews by the
 * engine's rules for the simplest providers, and its diff has no paths for `replaceOnChanges`.
 */
export async function listen<Client>(provider: ProviderDouble<Client>): Promise<number> {
  const sessions = new Sessions<Client>();
  const handlers = {
    ...pluginHandlers(provider, sessions),
    ...resourceHandlers(provider, sessions),
  };
  // Ctrl-C reaches the whole process group; the engine still needs its providers to end what it began.
  process.on("SIGINT", () => undefined);
  process.stdin.on("close", () => idle().then(() => process.exit(0)));
  process.stdin.resume();
  return bound(providerGrpc.ResourceProviderService as grpc.ServiceDefinition, handlers);
}

/** Serves on loopback; answers the port. */
export async function bound(
  service: grpc.ServiceDefinition,
  handlers: object,
  server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  }),
): Promise<number> {
  server.addService(service, handlers as grpc.UntypedServiceImplementation);
  const bind = promisify(server.bindAsync.bind(server));
  return bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
}
