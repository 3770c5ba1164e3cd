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

describe("a token without fault", () => {
  test("is stored, nothing is made with it, and the operator reads what comes next", async () => {
    const { code, out, err, opened, stored } = await run();
    expect(stored).toEqual([["svlnas", "github_pat_good"]]);
    expect(code).toBe(0);
    expect(out).toBe(
      "Stored as grafana-alloy:githubToken of stack svlnas. It expires on 2099-01-31. `pulumi up --stack svlnas` puts it on the host.\n",
    );
    expect(opened).toEqual([expect.stringContaining("/settings/personal-access-tokens/new?name=")]);
    expect(err).toContain(opened[0]);
    expect(err).toContain("and of them me/one, me/two.");
    expect(server.made).toEqual({});
    for (const part of ["issues", "pulls", "git/refs"]) {
      expect(server.calls[`/repos/me/two/${part}`]).toBeGreaterThan(0);
    }
  });

  test("comes from standard input where no person sits: no page, no browser", async () => {
    const { code, opened, err, stored } = await run({ around: { interactive: false } });
    expect([code, opened, stored.length]).toEqual([0, [], 1]);
    expect(err).toBe("reading the configuration of svlnas\nchecking the token against GitHub\n");
  });

  test.each<[Given, string]>([
    [{ around: { now: () => new Date("2099-01-20T12:00:00Z") } }, "It expires in 11 days."],
    [
      { token: { expiresAt: undefined } },
      "It never expires: whoever gets hold of it can use it until it is revoked.",
    ],
  ])("that ends soon or never is stored with a warning", async (given, warning) => {
    const { code, err, stored } = await run(given);
    expect([code, stored.length]).toEqual([0, 1]);
    expect(err).toContain(`warning: ${warning}\n`);
  });
});

const writes = { issues: "write", pullRequests: "write", contents: "write" } as const;
const canWrite = ["Issues", "Pull requests", "Contents"].map(
  (permission) => `It can write ${permission} of me/one; it must be read-only.`,
);

test.each<[what: string, Given, string[]]>([
  [
    "is not known to GitHub",
    { typed: "github_pat_typo" },
    ["GitHub refuses it: it has expired or was revoked."],
  ],
  [
    "reaches and reads too little",
    { token: { repositories: { "me/one": { issues: "read" } } } },
    [
      "It can't read Pull requests of me/one.",
      "It does not cover me/two, or there is no such repository.",
    ],
  ],
  ["can write", { token: { repositories: { "me/one": writes, "me/two": reads } } }, canWrite],
  [
    "is a classic one, which can write wherever it is",
    { token: { token: "ghp_classic", classicScopes: "repo", repositories: { "me/one": {} } } },
    [
      "It is a classic token (scopes: repo), which is not limited to repositories.",
      "It does not cover me/two, or there is no such repository.",
      ...canWrite,
    ],
  ],
])("a token that %s is not stored", async (_what, given, sentences) => {
  const { code, err, out, stored } = await run(given);
  expect([code, out, stored]).toEqual([1, "", []]);
  const [, said] = err.split("The token was not stored:\n");
  expect(said).toBe(sentences.map((sentence) => `  ${sentence}\n`).join(""));
});

test("nor is one of a GitHub on a bad day", async () => {
  server.troubles.push({ path: "/repos/me/one", status: 503, message: "unicorn" });
  const { code, err, stored } = await run();
  expect([code, stored]).toEqual([1, []]);
  expect(err).toMatch(/not stored:\n {2}GitHub could not be asked: it answered 503, unicorn\.\n$/);
});

const fails = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};

test.each<[what: string, Given, string]>([
  [
    "no token",
    { typed: "hunter2", around: { askWith: () => fails("GitHub was asked") } },
    "that is not a GitHub token, which starts with github_pat_; nothing was stored.",
  ],
  ["nothing", { typed: "" }, "no token was given, nothing was stored."],
  [
    "of a stack that needs none",
    { around: { polled: fails("Stack svlnas needs no token.") } },
    "Stack svlnas needs no token.",
  ],
  [
    "of a stack that can't store it",
    { around: { store: fails("`pulumi config set` failed: error: locked") } },
    "`pulumi config set` failed: error: locked",
  ],
])("%s: 1 and one sentence", async (_what, given, sentence) => {
  const { code, out, err, stored } = await run(given);
  expect([code, out, stored]).toEqual([1, "", []]);
  expect(err.trimEnd().split("\n").at(-1)).toBe(`github-token: ${sentence}`);
});

test("--no-browser opens none; where none can be opened it is said", async () => {
  expect((await run({ args: ["--stack", "svlnas", "--no-browser"] })).opened).toEqual([]);
  const { err, code } = await run({ around: { browse: async () => false } });
  expect(err).toContain("No browser opened: open the page yourself.\n");
  expect(code).toBe(0);
});

test.each([
  ["true", true],
  ["false", false],
  ["no-such-opener", false],
])("a browser is opened by a command that may be missing or fail: %s", async (opener, opened) => {
  expect(await browse("https://page", [opener])).toBe(opened);
});
