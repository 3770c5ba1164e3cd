import { parseArgs } from "node:util";
import type { VerifyTarget } from "./outputs.ts";
import { progressLines } from "./progress.ts";
import { failed, toJson } from "./result.ts";
import { verify } from "./run.ts";
import { table } from "./table.ts";

/** What the command needs from its surroundings. */
export interface Surroundings {
  /** Facts and sinks of a stack. */
  target(stack: string): Promise<VerifyTarget>;
  /** Where the table or the JSON goes. */
  out(text: string): void;
  /** Where progress and faults go, a line each. */
  say(line: string): void;
  /** Columns of the terminal, and whether it is one. */
  terminal: { width: number; colour: boolean };
}

/** Everything arrived; something is missing or can't be told; the command was not understood. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Twice a first scrape of 60 s, and as much again for the way. In s. */
const DEFAULT_TIMEOUT = 180;

export const usage = `usage: npm run verify -- --stack NAME [--timeout SECONDS] [--json]

  --stack NAME       the stack whose host is proven
  --timeout SECONDS  how long a signal is waited for; ${DEFAULT_TIMEOUT} unless told, 0 asks once
  --json             results as JSON on standard output

Ends with 0 when every enabled signal arrives, 1 when one is missing or stale, 2 for wrong usage.`;

interface Arguments {
  stack: string;
  timeoutSeconds: number;
  json: boolean;
}

/** Runs `verify` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  const understood = understand(args);
  if (typeof understood === "string") {
    around.say(understood);
    return understood === usage ? exitCodes.ok : exitCodes.usage;
  }
  const { stack, timeoutSeconds, json } = understood;
  try {
    const { sinks, facts } = await around.target(stack);
    const onProgress = progressLines(around.say);
    const results = await verify(sinks, facts, { timeoutSeconds, onProgress });
    around.out(json ? toJson(results) : `\n${table(results, around.terminal)}`);
    return results.some(failed) ? exitCodes.failed : exitCodes.ok;
  } catch (error) {
    around.say(`verify: ${error instanceof Error ? error.message : error}`);
    return exitCodes.failed;
  }
}

/** The arguments, or what to print instead. */
function understand(args: string[]): Arguments | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string" },
        timeout: { type: "string", default: `${DEFAULT_TIMEOUT}` },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    if (!values.stack) return `verify: --stack is missing\n\n${usage}`;
    if (!/^\d{1,6}$/.test(values.timeout)) {
      return `verify: --timeout must be whole seconds, not ${JSON.stringify(values.timeout)}\n\n${usage}`;
    }
    return { stack: values.stack, timeoutSeconds: Number(values.timeout), json: values.json };
  } catch (error) {
    return `verify: ${error instanceof Error ? error.message : error}\n\n${usage}`;
  }
}
