import { text } from "node:stream/consumers";
import type { Connection } from "../config/schema.ts";
import { failureOf, type HostScript, runScript } from "./run.ts";
import { routeTo } from "./ssh.ts";

/** What the program asks of a host, on standard input. */
export interface HostQuestion extends HostScript {
  connection: Connection;
}

/** The answer on standard output: what the script printed, and why it failed if it did. */
export interface HostAnswer {
  stdout: string;
  failure?: string;
}

const { connection, ...script } = JSON.parse(await text(process.stdin)) as HostQuestion;
const end = await runScript(routeTo(connection), script);
const failure = end.exitCode === 0 ? undefined : end.stderr.trim() || failureOf(end);
process.stdout.write(JSON.stringify({ stdout: end.stdout, failure } satisfies HostAnswer));
