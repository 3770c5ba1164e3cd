import type { VerifyFacts } from "../../telemetry/facts.ts";
import { GITHUB_WAIT, WAIT } from "../../telemetry/signals.ts";
import {
  commandLine,
  exitCodes,
  jsonOption,
  namedStack,
  runCommand,
  stackOption,
  timeoutOption,
  timeoutSeconds,
} from "../shared/command-line.ts";
import { announced } from "../shared/progress.ts";
import type { Console } from "../shared/terminal.ts";
import type { VerifyTarget } from "./outputs.ts";
import { progressLines } from "./progress.ts";
import { failed, failures, toJson } from "./result.ts";
import { type SeenOnHost, verify } from "./run.ts";
import { table } from "./table.ts";

export interface Surroundings extends Console {
  /** Facts and sinks of a stack. */
  target(stack: string): Promise<VerifyTarget>;
  /** Writes lines on the host that have to arrive, and looks what runs there. Left out: the sinks alone are asked. */
  onHost?(stack: string, facts: VerifyFacts): Promise<SeenOnHost>;
}

const line = commandLine({
  name: "verify",
  help: {
    about:
      "Asks the sinks for every enabled signal until new data has arrived, and says what to do about " +
      "one that is missing.",
    examples: [
      "--stack svlnas",
      "--stack svlnas --timeout 0",
      `--stack svlnas --json | jq -r '.[] | select(.state != "ok") | .title'`,
    ],
    ends: {
      ok: "all is well, or has only warnings",
      failed: `something is ${failures.slice(0, -1).join(", ")} or ${failures.at(-1)}`,
    },
  },
  options: {
    ...stackOption,
    timeout: {
      ...timeoutOption.timeout,
      help:
        `how long to wait for each signal; default ${WAIT}, and ${GITHUB_WAIT} for GitHub. 0 asks ` +
        "once and accepts samples up to 3 minutes old, so it does not notice an agent that has just stopped",
    },
    wait: {
      type: "boolean",
      help: "waits for GitHub's first poll, up to 10 minutes after Alloy started",
    },
    ...jsonOption,
  },
  read: (values) => ({
    stack: namedStack(values),
    // Left out: each signal's own time.
    timeoutSeconds: timeoutSeconds(values),
    json: values.json,
    wait: values.wait,
  }),
});

/** Runs `verify` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, timeoutSeconds, json, wait }) => {
    const { say, onHost } = around;
    const reading = `reading the outputs of ${stack}`;
    const { sinks, facts } = await announced(say, reading, () => around.target(stack));
    const looking = `checking the host ${facts.host}`;
    const host = onHost && (await announced(say, looking, () => onHost(stack, facts)));
    const onProgress = progressLines(say);
    const results = await verify(sinks, facts, { timeoutSeconds, wait, host, onProgress });
    around.out(json ? toJson(results) : `\n${table(results, around.terminal)}`);
    return results.some(failed) ? exitCodes.failed : exitCodes.ok;
  });
}
