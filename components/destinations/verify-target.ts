import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { postgresTargets } from "../../pipelines/host-facts.ts";
import type { Token, VerifyFacts } from "../../telemetry/facts.ts";
import type { Sinks } from "./destination.ts";

type VerifiedSettings = Pick<Settings, "host" | "pipelines" | "postgres" | "github" | "logs">;

/** The stack output that `verify` reads: what must arrive, and where to ask for it. Secret as a whole. */
export function verifyTarget(
  settings: VerifiedSettings,
  { readers, tokens }: Sinks,
  otherTokens: pulumi.Output<Token>[] = [],
) {
  const facts = pulumi
    .output([...tokens, ...otherTokens])
    .apply((all) => verifyFacts(settings, all));
  return pulumi.secret({ facts, ...readers });
}

/** What a stack's settings promise to arrive. */
export function verifyFacts(settings: VerifiedSettings, tokens: Token[]): VerifyFacts {
  const { host, pipelines, github, logs } = settings;
  const { name } = host;
  return {
    host: name,
    pipelines,
    postgres: postgresTargets(settings.postgres).map(({ job, instance }) => ({ job, instance })),
    ...(github && {
      github: { repositories: github.repositories, polls: github.pollingHost === name },
    }),
    logs,
    tokens,
  };
}
