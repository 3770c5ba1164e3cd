import * as pulumi from "@pulumi/pulumi";
import type { VerifyFacts } from "../cli/verify/facts.ts";
import type { Settings } from "../config/schema.ts";
import { postgresTargets } from "./host-facts.ts";
import type { Sinks } from "./sinks.ts";

type VerifiedSettings = Pick<Settings, "host" | "pipelines" | "postgres" | "github">;

/** The stack output that `verify` reads: what must arrive, and where to ask for it. Secret as a whole. */
export function verifyTarget(settings: VerifiedSettings, { readers }: Sinks) {
  return pulumi.secret({ facts: verifyFacts(settings), ...readers });
}

/** What a stack's settings promise to arrive. */
export function verifyFacts(settings: VerifiedSettings): VerifyFacts {
  const { host, pipelines, github } = settings;
  const { name } = host;
  return {
    host: name,
    pipelines,
    postgres: postgresTargets(settings.postgres).map(({ job, instance }) => ({ job, instance })),
    ...(github && {
      github: { repositories: github.repositories, polls: github.pollingHost === name },
    }),
  };
}
