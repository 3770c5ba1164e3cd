import { readFile } from "node:fs/promises";
import { scriptOutput } from "../../host-shell/run.ts";
import { pulumiCli } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { command } from "./command.ts";
import { declaredOf } from "./declared.ts";

const exportArgs = ["stack", "export", "--show-secrets", "--stack"];

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  declared: async (stack) => declaredOf(stack, await pulumiCli().run([...exportArgs, stack])),
  read: (path) => readFile(path, "utf8"),
  run: scriptOutput,
});
