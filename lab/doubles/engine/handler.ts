import type * as grpc from "@grpc/grpc-js";
import { toServiceError } from "./wire.ts";

export type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;

const pending = new Set<Promise<unknown>>();

/** Waits until every call has ended, also one that an engine left behind. */
export async function idle(): Promise<void> {
  while (pending.size > 0) await Promise.allSettled(pending);
}

/** A gRPC handler whose errors reach the engine as the message alone, without a stack. */
export function handler<Request, Response>(work: (call: Call<Request>) => Promise<Response>) {
  return (call: Call<Request>, callback: grpc.sendUnaryData<Response>): void => {
    const answered = work(call)
      .then(
        (response) => callback(null, response),
        (error) => callback(toServiceError(error)),
      )
      .finally(() => pending.delete(answered));
    pending.add(answered);
  };
}
