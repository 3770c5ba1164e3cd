import type { VerifyFacts } from "../../../cli/verify/facts.ts";
import { hostFacts } from "../../../components/host-facts.ts";
import { settings } from "../../../config/schema.ts";
import { completed, completedLocal } from "../../support/stack-files.ts";

const noSinks = { metrics: { url: "", username: "" }, logs: { url: "", username: "" } };

/** Facts of a committed stack, from its settings as the program reads them. */
export function factsOf(stack: "svlnas" | "svlazext" | "local"): VerifyFacts {
  const parsed = settings.parse(stack === "local" ? completedLocal() : completed(stack));
  const { name, postgres, github } = hostFacts(parsed, noSinks);
  return {
    host: name,
    pipelines: parsed.pipelines,
    postgres: postgres.map(({ job, instance }) => ({ job, instance })),
    github: parsed.github && {
      repositories: github.repositories,
      polls: github.polling_host === name,
    },
  };
}
