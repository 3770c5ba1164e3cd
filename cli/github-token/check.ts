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
 * What a token that only reads is refused. GitHub does not say what a fine-grained token may do, and the
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
  // One after the other: GitHub slows down who asks for much at once.
  const answers: GithubAnswers = {};
  for (const question of questionsFor(repositories)) answers[question] = await ask("GET", question);
  const found = judge(repositories, answers);
  const faults = [...found.faults];
  for (const repository of repositories.filter(
    (name) => statusOf(answers[`repos/${name}`]) === 200,
  )) {
    for (const { permission, path } of writes) {
      const status = statusOf(await ask("POST", `repos/${repository}/${path}`));
      if ([201, 400, 409, 422].includes(status)) {
        faults.push(`It can write ${permission} of ${repository}; it must be read-only.`);
      }
    }
  }
  return { ...found, faults, warnings: endWarnings(found.expiresAt, now) };
}

/** 0 for no answer. */
function statusOf(answer: GithubAnswers[string] | undefined): number {
  return answer && "status" in answer ? answer.status : 0;
}

function endWarnings(expiresAt: Date | undefined, now: Date): string[] {
  if (!expiresAt)
    return ["It never expires: whoever gets hold of it can use it until it is revoked."];
  const left = daysLeft(expiresAt, now);
  if (left >= RENEW_DAYS) return [];
  return [`It expires in ${left === 1 ? "1 day" : `${left} days`}.`];
}
