import { describe, expect, test } from "vitest";
import {
  daysLeft,
  type GithubAnswer,
  type GithubAnswers,
  judge,
  questionsFor,
} from "../../../components/github/github-check.ts";

const repositories = ["me/one", "me/two"];
const [one, two] = ["repos/me/one", "repos/me/two"];
const questions = [
  ...[one, `${one}/issues?per_page=1`, `${one}/pulls?per_page=1`],
  ...[two, `${two}/issues?per_page=1`, `${two}/pulls?per_page=1`],
];

const ends = (text: string) => ({ "github-authentication-token-expiration": text });
const ok = (body: unknown = [], headers = {}): GithubAnswer => ({ status: 200, headers, body });
const refused = (status: number, message: string, headers = {}): GithubAnswer => ({
  ...{ status, headers },
  body: { message },
});
const denied = refused(403, "Resource not accessible by personal access token");
const classic = (scopes: string) => ok({ full_name: "me/one" }, { "x-oauth-scopes": scopes });
const everywhere = (answer: GithubAnswers[string]): GithubAnswers =>
  Object.fromEntries(questions.map((question) => [question, answer]));

/** What is found of a GitHub on which all is well, but for these answers. */
function found(changes: GithubAnswers = {}) {
  // The right to push is that of the token's owner: it says nothing of the token.
  const readable = (full_name: string) => ok({ full_name, permissions: { push: true } });
  const good = { ...everywhere(ok()), [one]: readable("me/one"), [two]: readable("me/two") };
  return judge(repositories, { ...good, ...changes });
}

test("of each repository its metadata, an issue and a pull request are asked for", () => {
  expect(questionsFor(repositories)).toEqual(questions);
});

test.each<[string, GithubAnswers]>([
  ["that reads all it has to", {}],
  ["of a repository without issues", { [`${one}/issues?per_page=1`]: refused(410, "Disabled") }],
  ["of a repository named in other letters", { [one]: ok({ full_name: "Me/One" }) }],
])("a token is without fault: one %s", (_what, changes) => {
  expect(found(changes)).toEqual({ faults: [], unclear: [] });
});

describe("what the operator reads", () => {
  const of = "It is a classic token (scopes:";
  const not = "which is not limited to repositories.";
  const absent = "It does not cover me/two, or there is no such repository.";
  const saml = "Resource protected by organization SAML enforcement";

  test.each<[string, GithubAnswers, string[]]>([
    [
      "a dead token",
      everywhere(refused(401, "Bad credentials")),
      ["GitHub refuses it: it has expired or was revoked."],
    ],
    ["a classic token", { [one]: classic("repo, gist") }, [`${of} repo, gist), ${not}`]],
    ["a classic token without a scope", { [one]: classic("") }, [`${of} none), ${not}`]],
    ["a repository that it does not cover", { [two]: refused(404, "Not Found") }, [absent]],
    [
      "an organization that has not approved it",
      { [one]: refused(403, saml) },
      [`GitHub does not let it read me/one: ${saml}.`],
    ],
    [
      "no Pull requests",
      { [`${two}/pulls?per_page=1`]: denied },
      ["It can't read Pull requests of me/two."],
    ],
    [
      "a repository with a new name",
      { [one]: ok({ full_name: "me/first" }) },
      ["me/one is now called me/first: use that name in github.repositories."],
    ],
    [
      "all of it at once",
      {
        [one]: classic("repo"),
        [`${one}/issues?per_page=1`]: denied,
        [`${one}/pulls?per_page=1`]: denied,
        [two]: refused(404, "Not Found"),
      },
      [
        `${of} repo), ${not}`,
        "It can't read Issues of me/one.",
        "It can't read Pull requests of me/one.",
        absent,
      ],
    ],
  ])("of %s", (_what, changes, faults) => {
    expect(found(changes)).toEqual({ faults, unclear: [] });
  });

  const limit = "GitHub's rate limit is used up";
  test.each<[string, GithubAnswers, string]>([
    ["no network", everywhere({ problem: "no such host" }), "no such host"],
    ["a GitHub that fails", { [one]: refused(503, "unicorn") }, "it answered 503, unicorn"],
    [
      "a gateway in between",
      { [one]: { status: 502, headers: {} } },
      "it answered 502, without a reason",
    ],
  ])("of %s, which is no fault of the token", (_what, changes, reason) => {
    const unclear = [`GitHub could not be asked: ${reason}.`];
    expect(found(changes)).toEqual({ faults: [], unclear });
  });

  test.each<[GithubAnswer, string]>([
    [refused(429, "Too many requests", { "retry-after": "30" }), `${limit}; it asks to wait 30 s.`],
    [refused(403, "API rate limit exceeded for user ID 1."), `${limit}.`],
    [refused(403, "Slow down", { "retry-after": "60" }), `${limit}; it asks to wait 60 s.`],
  ])("of the rate limit: %j", (answer, sentence) => {
    const changes = { [`${one}/pulls?per_page=1`]: answer };
    expect(found(changes)).toEqual({ faults: [], unclear: [sentence] });
  });
});

test.each([
  ["2027-01-31 12:00:00 UTC", { expiresAt: new Date("2027-01-31T12:00:00Z"), unclear: [] }],
  ["2027-01-31 13:00:00 +0100", { expiresAt: new Date("2027-01-31T12:00:00Z"), unclear: [] }],
  ["tomorrow", { unclear: ["GitHub gives its expiry in an unknown format: tomorrow."] }],
])("a token ends %s", (text, end) => {
  expect(found(everywhere(ok([], ends(text))))).toEqual({ faults: [], ...end });
});

test.each([
  ["2027-01-10T12:00:00Z", 21],
  ["2027-01-10T12:00:01Z", 20],
  ["2027-01-31T12:00:01Z", -1],
])("days that are left are rounded down: at %s %d", (now, days) => {
  expect(daysLeft(new Date("2027-01-31T12:00:00Z"), new Date(now))).toBe(days);
});
