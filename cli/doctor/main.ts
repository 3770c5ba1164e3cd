import { checkHost } from "../../checks/host/run.ts";
import { pulumiCli } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { command } from "./command.ts";

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  machine: { node: process.versions.node, pulumi: pulumiCli(), host: checkHost },
});
