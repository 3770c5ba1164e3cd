import * as grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

const SEVERITY = {
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
};

/** Sends a provider's log lines to the engine that is attached. */
export class EngineLog {
  readonly #client: InstanceType<typeof engineGrpc.EngineClient>;

  constructor(address: string) {
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** A status line is shown while the operation lasts and is not kept. */
  write(level: keyof typeof SEVERITY, text: string, urn: string, status: boolean): void {
    const request = new enginePb.LogRequest();
    request.setSeverity(SEVERITY[level]);
    request.setMessage(text);
    request.setUrn(urn);
    request.setEphemeral(status);
    // A line that the engine does not take (it is going down) is not worth failing an operation.
    this.#client.log(request, (error) => {
      if (error) console.error(`log line not delivered: ${error.message}`);
    });
  }

  close(): void {
    this.#client.close();
  }
}
