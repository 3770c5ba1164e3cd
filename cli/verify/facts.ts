import type { PipelineName } from "../../config/schema.ts";

/** What `verify` has to know of a host; the program exports it. */
export interface VerifyFacts {
  /** Value of the labels `host` and `instance`. */
  host: string;
  pipelines: PipelineName[];
  /** Labels of each database's series. */
  postgres: { job: string; instance: string }[];
  github?: {
    /** `owner/name` of each. */
    repositories: string[];
    /** Whether this host is the one that polls. */
    polls: boolean;
  };
}

/** Whether a host has to bring GitHub's series. */
export function pollsGithub({ pipelines, github }: VerifyFacts): boolean {
  return pipelines.includes("github") && github?.polls === true;
}
