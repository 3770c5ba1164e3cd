import { pulumiCli, stackOutputs } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { command } from "./command.ts";
import { targetOf } from "./outputs.ts";

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  target: async (stack) => targetOf(stack, await stackOutputs(pulumiCli(), stack)),
});
