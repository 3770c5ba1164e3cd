import * as pulumi from "@pulumi/pulumi";
import type { SinksAnswer } from "../../checks/sinks/ask.ts";
import { machineCommand } from "../host/machine-command.ts";
import type { Sink, Sinks } from "./destination.ts";

export interface SinkChecks {
  /** What waits for it writes no token that a sink refuses. */
  passed: pulumi.Resource[];
  answer: pulumi.Output<SinksAnswer>;
}

/** Asks the sinks from this machine whether they take new tokens, before a host is given them. */
export function sinkChecks(
  name: string,
  { metrics, logs, askable }: Pick<Sinks, "metrics" | "logs" | "askable">,
  opts: pulumi.CustomResourceOptions,
): SinkChecks {
  if (!askable) return { passed: [], answer: pulumi.output("unclear" as const) };
  const asked = ({ url, username, password }: Sink) => ({ url, username, password });
  const stdin = pulumi.secret(
    pulumi.jsonStringify({
      stack: pulumi.getStack(),
      metrics: asked(metrics),
      logs: asked(logs),
      newUntil: metrics.newUntil,
    }),
  );
  metrics.newUntil?.apply(tellWait);
  const resource = machineCommand(name, { program: "components/sink-checks/main.ts", stdin }, opts);
  const answer = resource.stdout.apply((said) => (said?.trim() === "taken" ? "taken" : "unclear"));
  return { passed: [resource], answer };
}

/** Nothing is printed while a command of this machine runs: what it may wait for is told before. */
function tellWait(newUntil: string): void {
  const seconds = Math.round((Date.parse(newUntil) - Date.now()) / 1000);
  if (pulumi.runtime.isDryRun() || seconds <= 0) return;
  void pulumi.log.info(`Waiting up to ${seconds} s until the sinks accept the new token.`);
}
