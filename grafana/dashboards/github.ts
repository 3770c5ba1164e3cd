import { dashboard, labelVariable } from "./dashboard.ts";
import { graph, metrics, stat } from "./panels.ts";
import { GITHUB, polled } from "./queries.ts";
import { table } from "./tables.ts";

const CHOSEN = ',repo=~"$repo"';

/** Repositories and the rate limit of the token that polls them. */
export function github() {
  return dashboard({
    uid: "alloy-github",
    title: "Alloy: GitHub",
    description:
      "Repositories that are polled, and how many of the token's API calls are left. Polled every 10 min.",
    variables: [
      labelVariable({
        name: "repo",
        label: "Repository",
        description: "Repositories of a stack's github.repositories.",
        selector: `github_repo_stars{${GITHUB}}`,
        several: true,
      }),
    ],
    rows: { Now: [polls(), limit(), repositories()], "Over time": graphs() },
  });
}

function polls() {
  return stat({
    title: "Newest poll",
    description:
      "Whether the latest poll reached GitHub. Failed: the token has expired, or its calls are used up.",
    width: 4,
    height: 7,
    queries: [metrics(`min(${polled("up")})`)],
    words: { 0: { text: "failed", color: "red" }, 1: { text: "reached", color: "green" } },
    colours: { red: null, green: 1 },
  });
}

function limit() {
  return stat({
    title: "Calls left",
    description: "Of the token's 5,000 calls an hour; a poll uses three per repository.",
    width: 4,
    height: 7,
    queries: [metrics(`min(${polled("github_rate_remaining")})`)],
    colours: { red: null, yellow: 500, green: 1000 },
  });
}

function repositories() {
  const column = (title: string, metric: string, unit = "short") => ({
    title,
    unit,
    expr: `max by (repo) (${polled(metric, CHOSEN)})`,
  });
  return table({
    title: "Repositories",
    description: "One row per repository, as of the latest poll.",
    width: 16,
    by: "repo",
    columns: [
      column("Stars", "github_repo_stars"),
      column("Forks", "github_repo_forks"),
      column("Watchers", "github_repo_watchers"),
      column("Open issues", "github_repo_open_issues"),
      column("Pull requests", "github_repo_pull_request_count"),
      column("Size", "github_repo_size_kb", "deckbytes"),
    ],
  });
}

function graphs() {
  const byRepository = (title: string, description: string, metric: string) =>
    graph({
      ...{ title, description, decimals: 0, min: undefined },
      queries: [metrics(`max by (repo) (${polled(metric, CHOSEN)})`, "{{repo}}")],
    });
  return [
    byRepository("Stars", "People who starred a repository.", "github_repo_stars"),
    byRepository(
      "Open issues",
      "Open issues; GitHub includes pull requests.",
      "github_repo_open_issues",
    ),
    graph({
      title: "Calls left",
      description:
        "It is reset each hour; if it falls faster, another program uses the same token.",
      queries: [
        metrics(`min by (host) (${polled("github_rate_remaining")})`, "{{host}}"),
        metrics(`max(${polled("github_rate_limit")})`, "limit"),
      ],
    }),
  ];
}
