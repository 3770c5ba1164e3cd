import { text } from "node:stream/consumers";
import { faultsOf, hostFaultsMessage } from "./check.ts";
import { addressOf, isFirst, movedFrom } from "./moved.ts";
import type { ChecksRequest } from "./request.ts";
import { checkHost } from "./run.ts";

/** Reads a request from standard input and fails with every fault of the host at once. */
const { request, registryPassword } = JSON.parse(await text(process.stdin)) as {
  request: ChecksRequest;
  registryPassword?: string;
};
const { connection } = request.host;
const lastOutput = process.env.PULUMI_COMMAND_STDOUT;
const moved = movedFrom(connection, lastOutput);
const first = isFirst(connection, lastOutput);
const asked = { ...request, first, ...(moved && { movedFrom: moved }) };
const faults = faultsOf(await checkHost(asked, registryPassword));
if (faults.length > 0) {
  process.stderr.write(`${hostFaultsMessage(request.host.name, faults)}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(addressOf(connection));
}
