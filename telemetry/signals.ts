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
  /** Whose newest sample or line has the age; without the condition on the value. */
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
      selector: selector("node_uname_info", { job: NODE_JOB, instance: host, host }),
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
  "container-metrics": ({ host }) => {
    const of = { job: "docker", instance: host, host };
    const processes = selector("container_processes", of);
    return [
      metrics("container-metrics", "container metrics", {
        query: `${processes} and on (host, container_id) ${selector("container_info", of)}`,
        selector: processes,
        counted: selector("", of),
        advice: advice.containerMetrics(host),
      }),
    ];
  },
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
  return [
    metrics(job, `exporter ${job}`, {
      ...isOne("up", labels),
      counted: selector("", labels),
      advice: advice.exporter(host, job),
    }),
    metrics(`${job}-db`, `database ${job}`, {
      ...isOne("pg_up", labels),
      advice: advice.database(host, job),
    }),
  ];
}

/** The poll, and each repository: the exporter answers even when the token covers none of them. */
function githubSignals({ host, github }: VerifyFacts): Signal[] {
  const labels = { job: GITHUB_JOB, host };
  const polled = within(selector("up", labels), GITHUB_FRESH);
  const times = { freshSeconds: GITHUB_FRESH, waitSeconds: GITHUB_WAIT };
  // The labels have GitHub's own spelling; names in the configuration may differ in case.
  const named = (name = "") => `=~(?i)${name.replaceAll(".", "[.]")}`;
  return [
    metrics("github", "GitHub poll", {
      query: `${polled} == 1`,
      selector: selector("up", labels),
      counted: within(selector("", labels), GITHUB_FRESH),
      ...times,
      advice: advice.github(host),
    }),
    ...(github?.repositories ?? []).map((repository) => {
      const [user, repo] = repository.split("/");
      const names = { user: named(user), repo: named(repo) };
      const stars = selector("github_repo_stars", { ...labels, ...names });
      const recent = within(stars, GITHUB_FRESH);
      return metrics(`github-${repository}`, `GitHub ${repository}`, {
        ...{ query: recent, selector: stars, counted: recent },
        ...times,
        advice: advice.repository(repository),
      });
    }),
  ];
}

/** A signal's own; the query and what is counted are the selector unless given. */
type Own = Pick<Signal, "selector" | "advice"> & Partial<Signal>;

function metrics(id: string, title: string, own: Own): Signal {
  return signal({ id, title, kind: "metrics", freshSeconds: METRICS_FRESH, ...own });
}

function logs(id: string, title: string, own: Own & Pick<Signal, "freshSeconds">): Signal {
  return signal({ id, title, kind: "logs", ...own });
}

function signal(own: Omit<Signal, "query" | "counted" | "waitSeconds"> & Partial<Signal>): Signal {
  return { query: own.selector, counted: own.selector, waitSeconds: WAIT, ...own };
}

/** A series that has to be 1. */
function isOne(name: string, labels: Record<string, string>) {
  const series = selector(name, labels);
  return { query: `${series} == 1`, selector: series };
}
