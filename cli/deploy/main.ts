import { scriptOutput } from "../../host-shell/run.ts";
import { declaredOf } from "../drift/declared.ts";
import { pulumiCli, pulumiOnTerminal, stackOutputs } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { targetOf } from "../verify/outputs.ts";
import { causeLines } from "./caused-lines.ts";
import { command } from "./command.ts";

const exportArgs = ["stack", "export", "--show-secrets", "--stack"];

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  pulumi: pulumiOnTerminal,
  target: async (stack) => targetOf(stack, await stackOutputs(pulumiCli(), stack)),
  cause: async (stack, facts) => {
    const { route } = declaredOf(stack, await pulumiCli().run([...exportArgs, stack]));
    return causeLines(facts, route, scriptOutput);
  },
});
