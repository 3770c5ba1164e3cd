export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** What the stand-in knows: one token and the repositories that the token may read. */
export interface ApiFacts {
  token: string;
  /** `owner/name` */
  repositories: string[];
  /** When the token ends, as GitHub says it: `2027-01-31 12:00:00 UTC`. Absent: never. */
  tokenExpiry?: string;
}

const LIMIT = 5000;

/** Answers as api.github.com does for the calls of Alloy's GitHub exporter and of the token's check. */
export function githubAnswer(
  facts: ApiFacts,
  path: string,
  authorization: string | undefined,
  callsSoFar: number,
): ApiAnswer {
  const headers = commonHeaders(facts, callsSoFar);
  if (!isToken(facts.token, authorization)) {
    return { status: 401, headers, body: { message: "Bad credentials", status: "401" } };
  }
  // GitHub Enterprise, and so a client that was given another base URL, has its API below /api/v3.
  const body = bodyFor(facts, path.replace(/^\/api\/v3(?=\/)/, ""), callsSoFar);
  if (body) return { status: 200, headers, body };
  return { status: 404, headers, body: { message: "Not Found", status: "404" } };
}

function isToken(token: string, authorization = ""): boolean {
  const [scheme = "", value] = authorization.split(" ");
  return /^(bearer|token)$/i.test(scheme) && value === token;
}

function commonHeaders({ tokenExpiry }: ApiFacts, calls: number): Record<string, string> {
  const expiry = tokenExpiry && { "github-authentication-token-expiration": tokenExpiry };
  return {
    "content-type": "application/json; charset=utf-8",
    "x-github-request-id": `LAB:${calls}`,
    "x-ratelimit-limit": `${LIMIT}`,
    "x-ratelimit-remaining": `${Math.max(0, LIMIT - calls)}`,
    "x-ratelimit-reset": `${nextHour()}`,
    ...expiry,
  };
}

function bodyFor({ repositories }: ApiFacts, path: string, calls: number): unknown {
  if (path === "/rate_limit") return rateLimit(calls);
  const [, name = "", part] = /^\/repos\/([^/]+\/[^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
  const index = repositories.findIndex((known) => known.toLowerCase() === name.toLowerCase());
  const repository = repositories[index];
  if (!repository) return undefined;
  if (part === undefined) return describe(repository, index);
  return { releases: releases(repository), pulls: pulls(repository, index), issues: [] }[part];
}

function rateLimit(calls: number) {
  const core = { limit: LIMIT, used: calls, remaining: LIMIT - calls, reset: nextHour() };
  return { resources: { core }, rate: core };
}

function describe(repository: string, index: number) {
  const [owner, name] = repository.split("/");
  return {
    id: 1000 + index,
    name,
    full_name: repository,
    owner: { login: owner },
    private: false,
    fork: false,
    archived: false,
    language: "Shell",
    license: { key: "mit" },
    stargazers_count: 20 + index,
    subscribers_count: 3 + index,
    forks: 2 + index,
    open_issues: 7 + index,
    size: 4096 * (index + 1),
    permissions: { admin: false, push: false, pull: true },
  };
}

const pulls = (repository: string, index: number) =>
  Array.from({ length: 2 + index }, (_, i) => ({
    url: `https://api.github.com/repos/${repository}/pulls/${i + 1}`,
    user: { login: "renovate[bot]" },
  }));

const releases = (repository: string) => [
  {
    name: "v1.0.0",
    tag_name: "v1.0.0",
    assets: [
      {
        name: `${repository.split("/")[1]}.tar.gz`,
        size: 1024,
        download_count: 42,
        created_at: "2026-01-01T00:00:00Z",
      },
    ],
  },
];

const nextHour = () => Math.ceil(Date.now() / 3_600_000) * 3600;
