import { parseArgs } from "node:util";
import { exitCodes, type Surroundings, command as verify } from "../verify/command.ts";

/** What the command needs from its surroundings: those of `verify`, and the update. */
export interface DeploySurroundings extends Surroundings {
  /** `pulumi ARGS` on the operator's terminal. Throws one sentence when it fails. */
  pulumi(args: string[]): Promise<void>;
}

export const usage = `usage: npm run deploy -- --stack NAME [--yes] [--timeout SECONDS]

  --stack NAME       the stack that is updated, and then proven
  --yes              updates without asking
  --timeout SECONDS  how long each signal is waited for; unless told as long as \`verify\` waits

Ends with 0 when the update succeeded and every enabled signal arrives, 1 when not, 2 for wrong usage.`;

/** Updates a stack and proves that its signals arrive; answers the exit code. */
export async function command(args: string[], around: DeploySurroundings): Promise<number> {
  const understood = understand(args);
  if (typeof understood === "string") {
    around.say(understood);
    return understood === usage ? exitCodes.ok : exitCodes.usage;
  }
  const { stack, yes, timeout } = understood;
  try {
    await around.pulumi(["up", "--stack", stack, ...(yes ? ["--yes"] : [])]);
  } catch (error) {
    around.say(`deploy: ${error instanceof Error ? error.message : error}`);
    return exitCodes.failed;
  }
  return verify(["--stack", stack, ...(timeout ? ["--timeout", timeout] : [])], around);
}

/** The arguments, or what to print instead. */
function understand(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string" },
        yes: { type: "boolean", default: false },
        timeout: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    if (!values.stack) return `deploy: --stack is missing\n\n${usage}`;
    if (values.timeout !== undefined && !/^\d{1,6}$/.test(values.timeout)) {
      return `deploy: --timeout must be whole seconds, not ${JSON.stringify(values.timeout)}\n\n${usage}`;
    }
    return { stack: values.stack, yes: values.yes, timeout: values.timeout };
  } catch (error) {
    return `deploy: ${error instanceof Error ? error.message : error}\n\n${usage}`;
  }
}
