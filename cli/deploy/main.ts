import { pulumiCli, pulumiOnTerminal, stackOutputs } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { targetOf } from "../verify/outputs.ts";
import { command } from "./command.ts";

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  pulumi: pulumiOnTerminal,
  target: async (stack) => targetOf(stack, await stackOutputs(pulumiCli(), stack)),
});
