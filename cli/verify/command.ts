import { parseArgs } from "node:util";
import type { VerifyTarget } from "./outputs.ts";
import { progressLines } from "./progress.ts";
import { failed, failures, toJson } from "./result.ts";
import { verify } from "./run.ts";
import { GITHUB_WAIT, WAIT } from "./signals.ts";
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

/** Nothing failed; something failed or can't be told; the command was not understood. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

export const usage = `usage: npm run verify -- --stack NAME [--timeout SECONDS] [--json]

  --stack NAME       the stack whose host is proven
  --timeout SECONDS  how long each signal is waited for, 0 asks once;
                     unless told ${WAIT}, and ${GITHUB_WAIT} for GitHub, polled every 10 minutes
  --json             results as JSON on standard output

Ends with 0 when all is well or only to be looked at, 1 when something is ${failures.slice(0, -1).join(", ")}
or ${failures.at(-1)}, 2 for wrong usage.`;

interface Arguments {
  stack: string;
  /** Left out: each signal's own time. */
  timeoutSeconds?: number;
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
        timeout: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    if (!values.stack) return `verify: --stack is missing\n\n${usage}`;
    const { stack, timeout, json } = values;
    if (timeout !== undefined && !/^\d{1,6}$/.test(timeout)) {
      return `verify: --timeout must be whole seconds, not ${JSON.stringify(timeout)}\n\n${usage}`;
    }
    return { stack, json, ...(timeout !== undefined && { timeoutSeconds: Number(timeout) }) };
  } catch (error) {
    return `verify: ${error instanceof Error ? error.message : error}\n\n${usage}`;
  }
}
