import { describe, expect, test } from "vitest";
import {
  daysLeft,
  type GithubAnswer,
  type GithubAnswers,
  judge,
  questionsFor,
} from "../../components/github/github-check.ts";

const repositories = ["me/one", "me/two"];

const ok = (body: unknown = [], headers = {}): GithubAnswer => ({
  status: 200,
  headers: { "github-authentication-token-expiration": "2027-01-31 12:00:00 UTC", ...headers },
  body,
});
const refused = (status: number, message: string, headers = {}): GithubAnswer => ({
  status,
  headers,
  body: { message },
});
const denied = refused(403, "Resource not accessible by personal access token");

/** Answers of a GitHub on which all is well, but for those given. */
function answers(changes: GithubAnswers = {}): GithubAnswers {
  const good = questionsFor(repositories).map((question) => {
    const name = /^repos\/([^/]+\/[^/]+)$/.exec(question)?.[1];
    // The right to push is that of the token's owner: it says nothing of the token.
    return [question, ok(name ? { full_name: name, permissions: { push: true } } : [])];
  });
  return { ...Object.fromEntries(good), ...changes };
}

const everywhere = (answer: GithubAnswers[string]) =>
  Object.fromEntries(questionsFor(repositories).map((question) => [question, answer]));

test("of each repository its metadata, an issue and a pull request are asked for", () => {
  expect(questionsFor(repositories)).toEqual([
    "repos/me/one",
    "repos/me/one/issues?per_page=1",
    "repos/me/one/pulls?per_page=1",
    "repos/me/two",
    "repos/me/two/issues?per_page=1",
    "repos/me/two/pulls?per_page=1",
  ]);
});

test("a token that reads all it has to is without fault, and its end is known", () => {
  expect(judge(repositories, answers())).toEqual({
    faults: [],
    unclear: [],
    expiresAt: new Date("2027-01-31T12:00:00Z"),
  });
});

describe("what the operator reads", () => {
  test.each<[string, GithubAnswers, string[]]>([
    [
      "a dead token",
      everywhere(refused(401, "Bad credentials")),
      ["GitHub refuses it: it has ended or was revoked."],
    ],
    [
      "a classic token",
      { "repos/me/one": ok({ full_name: "me/one" }, { "x-oauth-scopes": "repo, read:org" }) },
      ["It is a classic token (scopes: repo, read:org), which is not limited to repositories."],
    ],
    [
      "a classic token without a scope",
      { "repos/me/one": ok({ full_name: "me/one" }, { "x-oauth-scopes": "" }) },
      ["It is a classic token (scopes: none), which is not limited to repositories."],
    ],
    [
      "a repository that it does not cover",
      { "repos/me/two": refused(404, "Not Found") },
      ["It does not reach me/two, or there is no such repository."],
    ],
    [
      "an organization that has not approved it",
      { "repos/me/one": refused(403, "Resource protected by organization SAML enforcement") },
      ["GitHub does not let it read me/one: Resource protected by organization SAML enforcement."],
    ],
    [
      "no Issues",
      { "repos/me/one/issues?per_page=1": denied },
      ["It can't read Issues of me/one."],
    ],
    [
      "no Pull requests",
      { "repos/me/two/pulls?per_page=1": denied },
      ["It can't read Pull requests of me/two."],
    ],
    [
      "a repository with a new name",
      { "repos/me/one": ok({ full_name: "me/first" }) },
      ["me/one is called me/first now: name it so in github.repositories."],
    ],
    [
      "all of it at once",
      {
        "repos/me/one": ok({ full_name: "me/one" }, { "x-oauth-scopes": "repo" }),
        "repos/me/one/issues?per_page=1": denied,
        "repos/me/one/pulls?per_page=1": denied,
        "repos/me/two": refused(404, "Not Found"),
      },
      [
        "It is a classic token (scopes: repo), which is not limited to repositories.",
        "It can't read Issues of me/one.",
        "It can't read Pull requests of me/one.",
        "It does not reach me/two, or there is no such repository.",
      ],
    ],
  ])("of %s", (_what, changes, faults) => {
    const found = judge(repositories, answers(changes));
    expect([found.faults, found.unclear]).toEqual([faults, []]);
  });

  test.each<[string, GithubAnswers, string]>([
    [
      "no network",
      everywhere({ problem: "getaddrinfo ENOTFOUND api.github.com" }),
      "GitHub could not be asked: getaddrinfo ENOTFOUND api.github.com.",
    ],
    [
      "a GitHub that fails",
      { "repos/me/one": refused(503, "unicorn") },
      "GitHub could not be asked: it answered 503, unicorn.",
    ],
    [
      "a gateway in between",
      { "repos/me/one": { status: 502, headers: {} } },
      "GitHub could not be asked: it answered 502, without a reason.",
    ],
    [
      "a limit with a time",
      { "repos/me/one": refused(429, "Too many requests", { "retry-after": "30" }) },
      "GitHub's rate limit is used up; it asks to wait 30 s.",
    ],
    [
      "a limit told by 403",
      { "repos/me/one/pulls?per_page=1": refused(403, "API rate limit exceeded for user ID 1.") },
      "GitHub's rate limit is used up.",
    ],
    [
      "a second limit",
      { "repos/me/one": refused(403, "Slow down", { "retry-after": "60" }) },
      "GitHub's rate limit is used up; it asks to wait 60 s.",
    ],
  ])("of %s, which is no fault of the token", (_what, changes, sentence) => {
    const found = judge(repositories, answers(changes));
    expect([found.faults, found.unclear]).toEqual([[], [sentence]]);
  });

  test("of an end in a form that is not known", () => {
    const headers = { "github-authentication-token-expiration": "tomorrow" };
    const found = judge(["me/one"], { "repos/me/one": ok({ full_name: "me/one" }, headers) });
    expect(found.unclear).toContain("GitHub names its end in a form that is not known: tomorrow.");
    expect(found).not.toHaveProperty("expiresAt");
  });
});

test("issues that are turned off are no fault", () => {
  const off = { "repos/me/one/issues?per_page=1": refused(410, "Issues are disabled") };
  expect(judge(repositories, answers(off))).toMatchObject({ faults: [], unclear: [] });
});

test("a name in other letters is the same repository", () => {
  const other = { "repos/me/one": ok({ full_name: "Me/One" }) };
  expect(judge(repositories, answers(other)).faults).toEqual([]);
});

test("an end in another time zone, and no end", () => {
  const headers = { "github-authentication-token-expiration": "2027-01-31 13:00:00 +0100" };
  expect(judge(repositories, answers(everywhere(ok([], headers)))).expiresAt).toEqual(
    new Date("2027-01-31T12:00:00Z"),
  );
  const none = everywhere({ status: 200, headers: {}, body: [] });
  expect(judge(repositories, none)).toEqual({ faults: [], unclear: [] });
});

test("days that are left are rounded down", () => {
  const end = new Date("2027-01-31T12:00:00Z");
  expect(daysLeft(end, new Date("2027-01-10T12:00:00Z"))).toBe(21);
  expect(daysLeft(end, new Date("2027-01-10T12:00:01Z"))).toBe(20);
  expect(daysLeft(end, new Date("2027-01-31T12:00:01Z"))).toBe(-1);
});
