import { scriptOutput } from "../../host-shell/run.ts";
import { declaredOf } from "../drift/declared.ts";
import { pulumiCli, pulumiOnTerminal, stackOutputs } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { targetOf } from "../verify/outputs.ts";
import { command } from "./command.ts";
import { lookOnHost } from "./on-host.ts";

const exportArgs = ["stack", "export", "--show-secrets", "--stack"];

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  pulumi: pulumiOnTerminal,
  target: async (stack) => targetOf(stack, await stackOutputs(pulumiCli(), stack)),
  onHost: async (stack, facts) => {
    const { route } = declaredOf(stack, await pulumiCli().run([...exportArgs, stack]));
    return lookOnHost(facts, route, scriptOutput);
  },
});
