import type { PulumiCli } from "../shared/pulumi-cli.ts";
import type { HostShell } from "./host-shell.ts";
import { setSettings, unsetSettings } from "./stack-settings.ts";
import type { Action } from "./steps.ts";

export interface Performer {
  stack: string;
  host: HostShell;
  pulumi: PulumiCli;
  /** Proves that everything arrives from the agent that took over then, in ms since 1970; throws if not. */
  prove(since: number): Promise<void>;
  /** Breaks a deployment or a proof off; never what takes something back. */
  signal: AbortSignal;
}

/** Does the actions of a plan for real. */
export function performer({ stack, host, pulumi, prove, signal }: Performer) {
  // What arrived before the deployment began came from the old agent.
  let deployedAt = Date.now();
  return async (action: Action): Promise<void> => {
    switch (action.kind) {
      case "host":
        await host.run(action.script, action.data);
        return;
      case "set":
        return setSettings(pulumi, { stack }, action.changes);
      case "unset":
        return unsetSettings(pulumi, stack, action.paths);
      case "unlock":
        await pulumi.run(["cancel", "--yes", "--stack", stack]);
        return;
      case "deploy":
        deployedAt = Date.now();
        return pulumi.show(["up", "--stack", stack, "--yes", "--skip-preview"], signal);
      case "destroy":
        // A signal that is never given: a Ctrl-C does not stop what puts the old service back.
        return pulumi.show(
          ["destroy", "--stack", stack, "--yes", "--skip-preview"],
          new AbortController().signal,
        );
      case "verify":
        return Promise.race([prove(deployedAt), rejectedBy(signal)]);
    }
  };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
