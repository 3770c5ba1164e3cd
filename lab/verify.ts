import { terminalOf } from "../cli/shared/terminal.ts";
import { command } from "../cli/verify/command.ts";
import { targetOf } from "../cli/verify/outputs.ts";
import { startLab } from "./lab.ts";
import { inLab } from "./settings.ts";
import { outputsOf } from "./stack.ts";
import { stackFile } from "./stack-file.ts";

/** Proves that every signal of the deployed `local` stack arrives in the lab's sinks. */
export async function verifyLab(): Promise<void> {
  const lab = await startLab();
  try {
    const stack = await lab.stack("local", inLab(stackFile("local"), lab.facts));
    const outputs = await outputsOf(stack);
    const args = ["--stack", "local", ...process.argv.slice(3)];
    process.exitCode = await command(args, {
      ...terminalOf(process),
      target: async (name) => targetOf(name, outputs),
    });
  } finally {
    await lab.close();
  }
}
