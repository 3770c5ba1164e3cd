import * as command from "@pulumi/command";
import type { HostAnswer, HostQuestion } from "../../host-shell/main.ts";
import { machineLine } from "./machine-command.ts";

/**
 * Runs a script on a host from this machine, as a function of the command provider: no resource and no state
 * knows of it, so it can be done at each update without showing as a change.
 */
export async function askHost(question: HostQuestion): Promise<HostAnswer> {
  const { stdout } = await command.local.run({
    command: machineLine("--import ./compile-cache.js host-shell/main.ts"),
    stdin: JSON.stringify(question),
    addPreviousOutputInEnv: false,
    logging: command.local.Logging.None,
  });
  return JSON.parse(stdout);
}
