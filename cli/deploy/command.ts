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

const line = commandLine({
  name: "deploy",
  help: {
    about:
      "Updates a stack with `pulumi up`, then proves as `verify` does that its signals arrive.",
    examples: ["--stack svlnas", "--stack svlnas --yes", "--stack svlnas --yes --timeout 600"],
    ends: {
      ok: "the update succeeded and every enabled signal arrives",
      failed: "one of the two did not",
    },
  },
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
