import type { PipelineName, RedactPattern } from "./names.ts";

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
  /** What of the logs stays on the host. */
  logs: {
    exclude: {
      /** Names of containers. */
      containers: string[];
      /** `service` or `project/service` of Docker Compose. */
      composeServices: string[];
    };
    redact: {
      /** Named patterns, such as `emailAddresses`. */
      patterns: RedactPattern[];
      /** The stack's own regular expressions. */
      expressions: string[];
    };
  };
  /** The tokens that the host lives on. */
  tokens: Token[];
}

/** A token and when it ends. */
export interface Token {
  /** For people: `Grafana Cloud, pushes`. */
  name: string;
  /** RFC 3339. Left out: it never ends, or its end is not known. */
  expiresAt?: string;
  /** From how many days before its end on `pulumi up` replaces it, or a person has to. */
  renewDays: number;
  /** What renews it: a command. */
  renew: string;
}

/** Whether a host has to bring GitHub's series. */
export function pollsGithub({ pipelines, github }: VerifyFacts): boolean {
  return pipelines.includes("github") && github?.polls === true;
}
