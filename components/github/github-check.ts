/** What GitHub's REST API said to one call. */
export interface GithubAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed JSON, if it was any. */
  body?: unknown;
}

/** Why there was no answer. */
export interface NoAnswer {
  problem: string;
}

/** Answers by question; each is a path below the API's base URL. */
export type GithubAnswers = Record<string, GithubAnswer | NoAnswer>;

/** What a credential's answers say of it. */
export interface GithubFindings {
  /** What is wrong with the credential or with the repositories, a sentence each. */
  faults: string[];
  /** What GitHub could not be asked for, a sentence each: says nothing about the credential. */
  unclear: string[];
  /** When it ends. Left out: never, or not known. */
  expiresAt?: Date;
}

/** Days before its end from which a GitHub token has to be replaced; only a person can. */
export const RENEW_DAYS = 21;

/** What Alloy's exporter asks of a repository and needs permission for, by GitHub's name of it. */
const parts = [
  { permission: "Issues", path: "issues" },
  { permission: "Pull requests", path: "pulls" },
];

const metadataOf = (repository: string) => `repos/${repository}`;
// One entry is enough to see whether the list may be read.
const partOf = (repository: string, path: string) => `repos/${repository}/${path}?per_page=1`;

/** What to ask GitHub for, to know whether a credential can poll these repositories. */
export function questionsFor(repositories: string[]): string[] {
  return repositories.flatMap((repository) => [
    metadataOf(repository),
    ...parts.map(({ path }) => partOf(repository, path)),
  ]);
}

/** Judges a credential by what GitHub answered to `questionsFor` the same repositories. */
export function judge(repositories: string[], answers: GithubAnswers): GithubFindings {
  const all = Object.values(answers).filter(isAnswer);
  // A dead credential is refused everywhere: one sentence says it all.
  if (all.some(({ status }) => status === 401)) {
    return { faults: ["GitHub refuses it: it has expired or was revoked."], unclear: [] };
  }
  const scopes = all.map(({ headers }) => headers["x-oauth-scopes"]).find(isText);
  const classic =
    scopes === undefined
      ? []
      : [
          `It is a classic token (scopes: ${scopes || "none"}), which is not limited to repositories.`,
        ];
  const found = repositories.map((repository) => judgeRepository(repository, answers));
  const end = endOf(all);
  return {
    faults: [...classic, ...found.flatMap(({ faults }) => faults)],
    unclear: [...new Set(found.flatMap(({ unclear }) => unclear)), ...(isText(end) ? [end] : [])],
    ...(end instanceof Date && { expiresAt: end }),
  };
}

function judgeRepository(repository: string, answers: GithubAnswers): GithubFindings {
  const metadata = answers[metadataOf(repository)] ?? { problem: "it was not asked" };
  const unclear = unclearOf(metadata);
  if (unclear) return { faults: [], unclear: [unclear] };
  const fault = metadataFault(repository, metadata as GithubAnswer);
  if (fault) return { faults: [fault], unclear: [] };
  const found = parts.map(({ permission, path }) => {
    const answer = answers[partOf(repository, path)] ?? { problem: "it was not asked" };
    const unclear = unclearOf(answer);
    if (unclear) return { unclear };
    const denied = isAnswer(answer) && [403, 404].includes(answer.status);
    return denied ? { fault: `It can't read ${permission} of ${repository}.` } : {};
  });
  return {
    faults: found.flatMap(({ fault }) => fault ?? []),
    unclear: found.flatMap(({ unclear }) => unclear ?? []),
  };
}

function metadataFault(repository: string, { status, body }: GithubAnswer): string | undefined {
  if (status === 404) return `It does not cover ${repository}, or there is no such repository.`;
  if (status === 403) return `GitHub does not let it read ${repository}: ${messageOf(body)}.`;
  const now = (body as { full_name?: unknown } | undefined)?.full_name;
  if (!isText(now) || now.toLowerCase() === repository.toLowerCase()) return undefined;
  return `${repository} is now called ${now}: use that name in github.repositories.`;
}

/** Why an answer tells nothing about the credential, if so. */
export function unclearOf(answer: GithubAnswer | NoAnswer): string | undefined {
  if (!isAnswer(answer)) return `GitHub could not be asked: ${answer.problem}.`;
  const { status, headers, body } = answer;
  if (isRateLimited(answer)) {
    const wait = headers["retry-after"];
    return `GitHub's rate limit is used up${wait ? `; it asks to wait ${wait} s` : ""}.`;
  }
  // 410 is how GitHub answers for issues that were turned off: allowed to ask, nothing there.
  if (status < 400 || [401, 403, 404, 410].includes(status)) return undefined;
  return `GitHub could not be asked: it answered ${status}, ${messageOf(body)}.`;
}

/** GitHub says so with 429, or with 403 and words; the same 403 without them is a missing permission. */
function isRateLimited({ status, headers, body }: GithubAnswer): boolean {
  if (status === 429) return true;
  return status === 403 && ("retry-after" in headers || /rate limit/i.test(messageOf(body)));
}

export function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | undefined)?.message;
  return isText(message) && message ? message : "without a reason";
}

/** When a token ends, from `2027-01-31 12:00:00 UTC` or `2027-01-31 13:00:00 +0100`; or why that is not known. */
function endOf(answers: GithubAnswer[]): Date | string | undefined {
  const text = answers
    .map(({ headers }) => headers["github-authentication-token-expiration"])
    .find(isText);
  if (text === undefined) return undefined;
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/.exec(text);
  if (!match) return `GitHub gives its expiry in an unknown format: ${text}.`;
  const [, day, time, zone = ""] = match;
  return new Date(`${day}T${time}${zone === "UTC" ? "Z" : zone.replace(/(\d\d)$/, ":$1")}`);
}

/** Whole days that are left, rounded down; negative after the end. */
export function daysLeft(expiresAt: Date, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / 86_400_000);
}

function isAnswer(answer: GithubAnswer | NoAnswer): answer is GithubAnswer {
  return "status" in answer;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
