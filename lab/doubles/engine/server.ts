import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { configHandlers, pluginHandlers } from "./plugin-handlers.ts";
import type { ProviderDouble } from "./provider.ts";
import { functionHandlers, resourceHandlers } from "./resource-handlers.ts";
import { Sessions } from "./sessions.ts";

/** 100 MB: a state with large command outputs must not hit gRPC's default of 4 MB. */
const MAX_MESSAGE = 100 * 1024 * 1024;

/**
 * Serves a double. The SDK's own `provider.main()` is not enough: its `configure` drops the
 * configuration, it answers previews by the engine's rules for the simplest providers, and its diff
 * has no paths for `replaceOnChanges` (@pulumi/pulumi/provider/server.js).
 */
export function createServer<Client>(provider: ProviderDouble<Client>): grpc.Server {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  const sessions = new Sessions<Client>();
  server.addService(
    providerGrpc.ResourceProviderService as grpc.ServiceDefinition,
    {
      ...pluginHandlers(provider, sessions),
      ...configHandlers(provider, sessions),
      ...resourceHandlers(provider, sessions),
      ...functionHandlers(provider, sessions),
    } as grpc.UntypedServiceImplementation,
  );
  return server;
}
