import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { browse } from "../../../cli/github-token/browser.ts";
import { command, type Surroundings } from "../../../cli/github-token/command.ts";
import { askWith } from "../../../components/github/github-ask.ts";
import type { SeedToken } from "../../../lab/stand-ins/github-accounts.ts";
import { type GithubServer, serveGithub } from "../../../lab/stand-ins/github-server.ts";
import { printing } from "../support/printing.ts";

const repositories = ["me/one", "me/two"];
const now = new Date("2026-11-24T22:00:00Z");
const reads = { issues: "read", pullRequests: "read" } as const;

/** A token as the page makes it, of somebody who owns the repositories and so could push. */
const good: SeedToken = {
  token: "github_pat_good",
  // Far from now, for the server's clock is the real one.
  expiresAt: "2099-01-31T12:00:00Z",
  repositories: { "me/one": reads, "me/two": reads },
  ownerPushes: repositories,
};

let server: GithubServer;
beforeAll(async () => {
  server = await serveGithub({ tokens: [], repositories: { "me/one": {}, "me/two": {} } });
});
afterEach(() => {
  server.troubles.length = 0;
});
afterAll(() => server.close());

interface Given {
  args?: string[];
  /** What GitHub knows of the token that the operator gives. */
  token?: Partial<SeedToken>;
  /** What the operator gives, where that is not the token. */
  typed?: string;
  around?: Partial<Surroundings>;
}

/** Runs the command against the simulated GitHub; answers exit code, what was printed, opened and stored. */
async function run({ args = ["--stack", "svlnas"], token = {}, typed, around = {} }: Given = {}) {
  const made = { ...good, ...token };
  server.seed.tokens = [made];
  const { console, printed } = printing();
  const did = { opened: [] as string[], stored: [] as [string, string][] };
  const code = await command(args, {
    ...console,
    polled: async () => ({ repositories, apiUrl: server.url }),
    browse: async (url) => did.opened.push(url) > 0,
    readToken: async () => typed ?? made.token,
    askWith,
    store: async (stack, value) => void did.stored.push([stack, value]),
    now: () => now,
    interactive: true,
    ...around,
  });
  expect(printed.out + printed.err).not.toContain(made.token);
  return { code, ...did, ...printed };
}

/** What the operator reads of a token that is not stored. */
async function faults(given: Given): Promise<string[]> {
  const { code, err, out, stored } = await run(given);
  expect([code, out, stored]).toEqual([1, "", []]);
  const [, told = ""] = err.split("The token was not stored:\n");
  return told
    .trimEnd()
    .split("\n")
    .map((line) => line.trim());
}

describe("a token without fault", () => {
  test("is stored, and the operator reads what comes next", async () => {
    const { code, out, err, opened, stored } = await run();
    expect(stored).toEqual([["svlnas", "github_pat_good"]]);
    expect(code).toBe(0);
    expect(out).toBe(
      "Stored as grafana-alloy:githubToken of stack svlnas. It ends on 2099-01-31. `pulumi up --stack svlnas` brings it to the host.\n",
    );
    expect(opened).toEqual([expect.stringContaining("/settings/personal-access-tokens/new?name=")]);
    expect(err).toContain(opened[0]);
    expect(err).toContain("and of them me/one, me/two.");
  });

  test("makes nothing on GitHub, though it is asked to", async () => {
    await run();
    expect(server.made).toEqual({});
    for (const part of ["issues", "pulls", "git/refs"]) {
      expect(server.calls[`/repos/me/two/${part}`]).toBeGreaterThan(0);
    }
  });

  test("comes from standard input where no person sits: no page, no browser", async () => {
    const { code, opened, err, stored } = await run({ around: { interactive: false } });
    expect([code, opened, stored.length]).toEqual([0, [], 1]);
    expect(err).toBe("Checking the token against GitHub.\n");
  });

  test("is warned of when it ends soon, or never", async () => {
    const soon = await run({ around: { now: () => new Date("2099-01-20T12:00:00Z") } });
    expect([soon.code, soon.err]).toEqual([
      0,
      expect.stringContaining("warning: It ends in 11 days."),
    ]);
    const never = await run({ token: { expiresAt: undefined } });
    expect(never).toMatchObject({ code: 0, stored: [["svlnas", "github_pat_good"]] });
    expect(never.err).toContain(
      "warning: It never ends: whoever gets hold of it has it until it is revoked.\n",
    );
  });
});

describe("what the operator reads", () => {
  const writes = { issues: "write", pullRequests: "write", contents: "write" } as const;

  test.each<[string, Given, string[]]>([
    [
      "a dead token",
      { token: { expiresAt: "2020-01-01T00:00:00Z" } },
      ["GitHub refuses it: it has ended or was revoked."],
    ],
    [
      "a token that GitHub does not know",
      { typed: "github_pat_typo" },
      ["GitHub refuses it: it has ended or was revoked."],
    ],
    [
      "a repository that was not selected",
      { token: { repositories: { "me/one": reads } } },
      ["It does not reach me/two, or there is no such repository."],
    ],
    [
      "permissions that were not given",
      {
        token: {
          repositories: { "me/one": { issues: "read" }, "me/two": { pullRequests: "read" } },
        },
      },
      ["It can't read Pull requests of me/one.", "It can't read Issues of me/two."],
    ],
    [
      "permissions to write",
      { token: { repositories: { "me/one": writes, "me/two": reads } } },
      [
        "It can write Issues of me/one: it must only read.",
        "It can write Pull requests of me/one: it must only read.",
        "It can write Contents of me/one: it must only read.",
      ],
    ],
    [
      "a classic token, which can write wherever it is",
      { token: { token: "ghp_classic", classicScopes: "repo", repositories: { "me/one": {} } } },
      [
        "It is a classic token (scopes: repo), which is not limited to repositories.",
        "It does not reach me/two, or there is no such repository.",
        "It can write Issues of me/one: it must only read.",
        "It can write Pull requests of me/one: it must only read.",
        "It can write Contents of me/one: it must only read.",
      ],
    ],
  ])("of %s", async (_what, given, sentences) => {
    expect(await faults(given)).toEqual(sentences);
  });

  test.each([
    [{ status: 503, message: "unicorn" }, "GitHub could not be asked: it answered 503, unicorn."],
    [
      { status: 429, headers: { "retry-after": "17" } },
      "GitHub's rate limit is used up; it asks to wait 17 s.",
    ],
  ])("of a GitHub on a bad day: %j", async (trouble, sentence) => {
    server.troubles.push({ path: "/repos/me/one", ...trouble });
    expect(await faults({})).toEqual([sentence]);
  });

  test("of a GitHub that does not answer, or not in time", async () => {
    const gone = await serveGithub({ tokens: [], repositories: {} });
    await gone.close();
    const polled = async () => ({ repositories: ["me/one"], apiUrl: gone.url });
    expect(await faults({ around: { polled } })).toEqual([
      `GitHub could not be asked: ${gone.url} could not be reached: connect ECONNREFUSED ${gone.url.slice(7)}.`,
    ]);
    server.troubles.push({ path: "/repos", delay: 500 });
    const slow: Surroundings["askWith"] = (apiUrl, token) => askWith(apiUrl, token, 0.05);
    expect(await faults({ around: { askWith: slow } })).toEqual([
      `GitHub could not be asked: ${server.url} did not answer within 0.05 s.`,
    ]);
  });

  test.each([
    ["hunter2", "that is no GitHub token, which begins with github_pat_; nothing was stored."],
    ["", "no token was given, nothing was stored."],
  ])("of %j, which is sent nowhere", async (typed, sentence) => {
    const ask: Surroundings["askWith"] = () => {
      throw new Error("GitHub was asked");
    };
    const { code, err, stored } = await run({ typed, around: { askWith: ask } });
    expect([code, stored]).toEqual([1, []]);
    expect(err.trimEnd().split("\n").at(-1)).toBe(`github-token: ${sentence}`);
  });

  test("of a stack that needs no token, and of one that can't store it", async () => {
    const polled = async () => {
      throw new Error("Stack svlnas needs no token.");
    };
    expect(await run({ around: { polled } })).toMatchObject({
      code: 1,
      err: "github-token: Stack svlnas needs no token.\n",
    });
    const store = async () => {
      throw new Error("`pulumi config set` failed: error: locked");
    };
    const { code, out, err } = await run({ around: { store } });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("github-token: `pulumi config set` failed: error: locked\n");
  });
});

test("--url-only prints the page's address, reads nothing and stores nothing", async () => {
  const readToken = async () => {
    throw new Error("the token was asked for");
  };
  const args = ["--stack", "svlnas", "--url-only", "--days", "7"];
  const { code, out, err, opened } = await run({ args, around: { readToken } });
  expect([code, err, opened]).toEqual([0, "", []]);
  expect(new URL(out.trim()).searchParams.get("expires_in")).toBe("7");
});

test("--no-browser opens none; where none can be opened it is said", async () => {
  expect((await run({ args: ["--stack", "svlnas", "--no-browser"] })).opened).toEqual([]);
  const { err, code } = await run({ around: { browse: async () => false } });
  expect(err).toContain("No browser opened: open the page yourself.\n");
  expect(code).toBe(0);
});

test("a browser is opened by a command that may be missing or fail", async () => {
  expect(await browse("https://page", ["true"])).toBe(true);
  expect(await browse("https://page", ["false"])).toBe(false);
  expect(await browse("https://page", ["no-such-opener"])).toBe(false);
});
