import type * as grpc from "@grpc/grpc-js";
import { toServiceError } from "./wire.ts";

type Unary<Request, Response> = (
  call: grpc.ServerUnaryCall<Request, Response>,
) => Promise<Response>;

/** A gRPC handler whose errors reach the engine as the message alone, without a stack. */
export function handler<Request, Response>(work: Unary<Request, Response>) {
  return (
    call: grpc.ServerUnaryCall<Request, Response>,
    callback: grpc.sendUnaryData<Response>,
  ): void => {
    work(call).then(
      (response) => callback(null, response),
      (error) => callback(toServiceError(error)),
    );
  };
}
