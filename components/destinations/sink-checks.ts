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
  { metrics, logs, refusalsFor }: Pick<Sinks, "metrics" | "logs" | "refusalsFor">,
  opts: pulumi.CustomResourceOptions,
): SinkChecks {
  if (refusalsFor === undefined) return { passed: [], answer: pulumi.output("unclear" as const) };
  const asked = ({ url, username, password }: Sink) => ({ url, username, password });
  const stdin = pulumi.secret(
    pulumi.jsonStringify({
      stack: pulumi.getStack(),
      metrics: asked(metrics),
      logs: asked(logs),
      patience: refusalsFor,
    }),
  );
  const resource = machineCommand(name, { program: "components/sink-checks/main.ts", stdin }, opts);
  const answer = resource.stdout.apply((said) => (said?.trim() === "taken" ? "taken" : "unclear"));
  return { passed: [resource], answer };
}
