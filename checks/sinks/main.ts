import { text } from "node:stream/consumers";
import { askSinks, type SinksRequest } from "./ask.ts";

/** Reads a request from standard input; prints the answer, or fails with every refusal at once. */
const request = JSON.parse(await text(process.stdin)) as SinksRequest;
const { answer, faults } = await askSinks(request);
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${answer}\n`);
}
