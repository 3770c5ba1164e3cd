// The states of deployed stacks name this path.
import { text } from "node:stream/consumers";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { removeOwn } from "./remove-own.ts";

/** Reads the request of the host's checks from standard input, and fails with what the operator has to do. */
const { request } = JSON.parse(await text(process.stdin)) as { request: ChecksRequest };
await removeOwn(request).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
