import type { ProviderDouble } from "../engine/provider.ts";
import { serve } from "../engine/serve.ts";
import { copyToRemote } from "./copy.ts";
import type { CommandClient } from "./lifecycle.ts";
import { localCommand, localRun } from "./local.ts";
import { remoteCommand } from "./remote.ts";

/**
 * Double of the `command` provider (@pulumi/command 1.2). Nothing is simulated: local commands are
 * real processes, remote ones and copies go over SSH to a real sshd.
 */
export const commandDouble: ProviderDouble<CommandClient> = {
  name: "command",
  version: "1.2.1",
  config: [],
  configure: async () => ({}),
  resources: {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
  },
  functions: { "command:local:run": localRun },
};

if (import.meta.main) await serve(commandDouble);
