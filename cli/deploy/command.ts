import {
  commandLine,
  namedStack,
  runCommand,
  stackOption,
  timeoutOption,
  timeoutSeconds,
  yesOption,
} from "../shared/command-line.ts";
import { type Surroundings, command as verify } from "../verify/command.ts";

/** What the command needs from its surroundings: those of `verify`, and the update. */
export interface DeploySurroundings extends Surroundings {
  /** `pulumi ARGS` on the operator's terminal. Throws one sentence when it fails. */
  pulumi(args: string[]): Promise<void>;
}

export const usage = `usage: npm run deploy -- --stack NAME [--yes] [--timeout SECONDS]

  --stack NAME       the stack that is updated, and then proven
  --yes              updates without asking
  --timeout SECONDS  how long each signal is waited for; default as long as \`verify\` waits

Ends with 0 when the update succeeded and every enabled signal arrives, 1 when not, 2 for wrong usage.`;

const line = commandLine({
  name: "deploy",
  usage,
  options: { ...stackOption, ...yesOption, ...timeoutOption },
  read: (values) => ({
    stack: namedStack(values),
    yes: values.yes,
    timeoutSeconds: timeoutSeconds(values),
  }),
});

/** Updates a stack and proves that its signals arrive; answers the exit code. */
export async function command(args: string[], around: DeploySurroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, yes, timeoutSeconds }) => {
    await around.pulumi(["up", "--stack", stack, ...(yes ? ["--yes"] : [])]);
    const timeout = timeoutSeconds === undefined ? [] : ["--timeout", `${timeoutSeconds}`];
    return verify(["--stack", stack, ...timeout], around);
  });
}
