import { advice } from "./advice.ts";
import { pollsGithub, type VerifyFacts } from "./facts.ts";
import type { PipelineName } from "./names.ts";
import { selector, within } from "./queries.ts";

/** Something that an enabled pipeline brings into a sink. */
export interface Signal {
  id: string;
  title: string;
  kind: "metrics" | "logs";
  /** Answers something only while the signal is well. */
  query: string;
  /** Whose newest sample or line tells the age; without the condition on the value. */
  selector: string;
  /** What is counted: all that comes with it. */
  counted: string;
  /** Oldest allowed age of the newest sample or line, in s. */
  freshSeconds: number;
  /** How long it is waited for unless `--timeout` says otherwise, in s. */
  waitSeconds: number;
  /** What to do when it is missing. */
  advice: string;
}

/** Three scrapes of 60 s. */
export const METRICS_FRESH = 180;
/** Two and a half polls of 10 min. */
export const GITHUB_FRESH = 1500;
/** A host on which no container logs for 10 min has few of them. */
const CONTAINERS_FRESH = 600;
/** `max_age` of the journal's source. */
export const JOURNAL_FRESH = 43_200;

/** Twice a first scrape of 60 s, and as much again for the way. */
export const WAIT = 180;
/** The first poll within 10 min of a start, 60 s in which it may answer, and as much again for the way. */
export const GITHUB_WAIT = 720;

export const NODE_JOB = "integrations/node_exporter";
export const GITHUB_JOB = "integrations/github_exporter";

/** Everything that must arrive from a host, in the order of docs/service.md. */
export function signalsOf(facts: VerifyFacts): Signal[] {
  return facts.pipelines.flatMap((pipeline) => pipelineSignals[pipeline](facts));
}

const pipelineSignals: Record<PipelineName, (facts: VerifyFacts) => Signal[]> = {
  host: ({ host }) => [
    metrics("host", "host metrics", {
      ...series("node_uname_info", { job: NODE_JOB, instance: host, host }),
      counted: selector("", { job: NODE_JOB, host }),
      advice: advice.host(host),
    }),
  ],
  // The check of logs that docs/service.md names.
  containers: ({ host }) => [
    logs("containers", "container logs", {
      selector: selector("", { host, job: "docker" }),
      freshSeconds: CONTAINERS_FRESH,
      advice: advice.containers(host),
    }),
  ],
  journal: ({ host }) => [
    logs("journal", "systemd journal", {
      selector: selector("", { host, job: NODE_JOB }),
      freshSeconds: JOURNAL_FRESH,
      advice: advice.journal(host),
    }),
  ],
  traefik: ({ host }) => [
    metrics("traefik", "Traefik", {
      ...isOne("up", { job: "traefik", host }),
      counted: selector("", { job: "traefik", host }),
      advice: advice.traefik(host),
    }),
  ],
  postgres: ({ host, postgres }) => postgres.flatMap((labels) => databaseSignals(host, labels)),
  github: (facts) => (pollsGithub(facts) ? githubSignals(facts) : []),
  // The check of metrics that docs/service.md names.
  self: ({ host }) => [
    metrics("self", "Alloy itself", {
      ...isOne("up", { job: "alloy", host }),
      counted: selector("", { job: "alloy", instance: host }),
      advice: advice.self(host),
    }),
  ],
};

/** The exporter answers, and so does its database: `up` alone stays 1 while the database is down. */
function databaseSignals(host: string, { job, instance }: VerifyFacts["postgres"][number]) {
  const labels = { job, instance, host };
  const counted = selector("", labels);
  return [
    metrics(job, `exporter ${job}`, {
      ...isOne("up", labels),
      counted,
      advice: advice.exporter(host, job),
    }),
    metrics(`${job}-db`, `database ${job}`, {
      ...isOne("pg_up", labels),
      counted: selector("pg_up", labels),
      advice: advice.database(host, job),
    }),
  ];
}

/** The poll, and each repository: the exporter answers even when the token covers none of them. */
function githubSignals({ host, github }: VerifyFacts): Signal[] {
  const labels = { job: GITHUB_JOB, host };
  const sparse = (name: string, more: Record<string, string>, condition = "") => {
    const bare = selector(name, { ...labels, ...more });
    const counted = within(name === "up" ? selector("", labels) : bare, GITHUB_FRESH);
    const query = `${within(bare, GITHUB_FRESH)}${condition}`;
    const times = { freshSeconds: GITHUB_FRESH, waitSeconds: GITHUB_WAIT };
    return { query, selector: bare, counted, ...times };
  };
  // The labels have GitHub's own spelling; names in the configuration may differ in case.
  const named = (name = "") => `=~(?i)${name.replaceAll(".", "[.]")}`;
  return [
    metrics("github", "GitHub poll", { ...sparse("up", {}, " == 1"), advice: advice.github(host) }),
    ...(github?.repositories ?? []).map((repository) => {
      const [user, repo] = repository.split("/");
      return metrics(`github-${repository}`, `GitHub ${repository}`, {
        ...sparse("github_repo_stars", { user: named(user), repo: named(repo) }),
        advice: advice.repository(repository),
      });
    }),
  ];
}

type Details = Omit<Signal, "id" | "title" | "kind" | "waitSeconds"> & { waitSeconds?: number };

function metrics(id: string, title: string, details: Details): Signal {
  return { id, title, kind: "metrics", waitSeconds: WAIT, ...details };
}

function logs(id: string, title: string, details: Omit<Details, "query" | "counted">): Signal {
  const { selector } = details;
  const asked = { query: selector, counted: selector, waitSeconds: WAIT };
  return { id, title, kind: "logs", ...asked, ...details };
}

/** A series that only has to be there. */
function series(name: string, labels: Record<string, string>) {
  const bare = selector(name, labels);
  return { query: bare, selector: bare, freshSeconds: METRICS_FRESH };
}

/** A series that has to be 1. */
function isOne(name: string, labels: Record<string, string>) {
  const bare = selector(name, labels);
  return { query: `${bare} == 1`, selector: bare, freshSeconds: METRICS_FRESH };
}
