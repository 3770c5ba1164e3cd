import { text } from "node:stream/consumers";
import { askWith } from "../../components/github/github-ask.ts";
import { secretKeys } from "../../config/schema.ts";
import { pulumiCli, setSecret } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { browse } from "./browser.ts";
import { command } from "./command.ts";
import { readHidden } from "./read-token.ts";
import { polledRepositories } from "./stack-config.ts";

const { stdin, stderr } = process;
const pulumi = pulumiCli();

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  interactive: stdin.isTTY === true,
  polled: (stack) => polledRepositories(pulumi, stack),
  browse,
  readToken: async () => {
    if (stdin.isTTY !== true) return (await text(stdin)).trim();
    stderr.write("Token: ");
    const token = await readHidden(stdin);
    stderr.write("\n");
    return token;
  },
  askWith,
  store: (stack, value) => setSecret(pulumi, { stack, key: secretKeys.githubToken, value }),
  now: () => new Date(),
});
