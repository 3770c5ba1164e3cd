import type { Ask } from "../../components/github/github-ask.ts";
import {
  daysLeft,
  type GithubAnswers,
  type GithubFindings,
  judge,
  questionsFor,
  RENEW_DAYS,
} from "../../components/github/github-check.ts";

/** Findings on a token before it is stored. */
export interface TokenFindings extends GithubFindings {
  /** What is allowed but not good, a sentence each. */
  warnings: string[];
}

/**
 * What a token that only reads is refused. GitHub tells nobody what a fine-grained token may do, and the
 * `permissions` that it names of a repository are those of the person who made it. So it is asked to make
 * something of nothing: without the permission it answers 403, with it 422, for what is needed is missing.
 */
const writes = [
  { permission: "Issues", path: "issues" },
  { permission: "Pull requests", path: "pulls" },
  { permission: "Contents", path: "git/refs" },
];

/** Checks a token against GitHub: all that is wrong with it, at once. */
export async function checkToken(
  ask: Ask,
  repositories: string[],
  now: Date,
): Promise<TokenFindings> {
  const answers = await all(questionsFor(repositories), (question) => ask("GET", question));
  const found = judge(repositories, answers);
  const reached = repositories.filter((repository) => {
    const answer = answers[`repos/${repository}`];
    return answer && "status" in answer && answer.status === 200;
  });
  const tried = await all(writesOf(reached), (path) => ask("POST", path));
  return {
    ...found,
    faults: [...found.faults, ...writeFaults(reached, tried)],
    warnings: endWarnings(found.expiresAt, now),
  };
}

const writesOf = (repositories: string[]) =>
  repositories.flatMap((repository) => writes.map(({ path }) => `repos/${repository}/${path}`));

/** One after the other: GitHub slows down who asks for much at once. */
async function all(
  paths: string[],
  ask: (path: string) => Promise<GithubAnswers[string]>,
): Promise<GithubAnswers> {
  const answers: GithubAnswers = {};
  for (const path of paths) answers[path] = await ask(path);
  return answers;
}

/** What a token can write, by GitHub's answers to calls that make something of nothing. */
function writeFaults(repositories: string[], answers: GithubAnswers): string[] {
  return repositories.flatMap((repository) =>
    writes.flatMap(({ permission, path }) => {
      const answer = answers[`repos/${repository}/${path}`];
      const may = answer && "status" in answer && [201, 400, 409, 422].includes(answer.status);
      return may ? [`It can write ${permission} of ${repository}: it must only read.`] : [];
    }),
  );
}

function endWarnings(expiresAt: Date | undefined, now: Date): string[] {
  if (!expiresAt) return ["It never ends: whoever gets hold of it has it until it is revoked."];
  const left = daysLeft(expiresAt, now);
  if (left >= RENEW_DAYS) return [];
  return [`It ends in ${left === 1 ? "1 day" : `${left} days`}.`];
}
