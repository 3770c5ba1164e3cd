import type { ProviderDouble } from "../engine/provider.ts";
import { serve } from "../engine/serve.ts";
import type { CommandClient } from "./lifecycle.ts";
import { localCommand, runLocal } from "./local.ts";
import { remoteCommand, runRemote } from "./remote.ts";

/**
 * Double of the `command` provider (@pulumi/command 1.2). Nothing is simulated: local commands are
 * real processes, remote ones go over SSH to a real sshd.
 */
export const commandDouble: ProviderDouble<CommandClient> = {
  name: "command",
  version: "1.2.1",
  config: [],
  configure: async () => ({}),
  resources: {
    "command:local:Command": localCommand(runLocal),
    "command:remote:Command": remoteCommand(runRemote),
  },
  functions: {},
};

if (import.meta.main) await serve(commandDouble);
