import { generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { commandOf } from "../../support/commands.ts";
import {
  githubAnswer,
  mockProgram,
  type ProgramMocks,
  type ProgramRun,
} from "../../support/mock-program.ts";
import { programFailure } from "../../support/program-failure.ts";
import { changed, completed } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const fix = "`npm run github-token -- --stack svlnas` makes and stores a new one.";
const repository = "repos/DevSecNinja/dotfiles";
const withToken = completed("svlnas");
const elsewhere = { pollingHost: "svlazext" };

/** What the program warned of. */
const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
afterEach(() => {
  warned.mockClear();
});
const warnings = () => warned.mock.calls.map(([text]) => text);

/** The token of GitHub that a run tells `verify`. */
function tokenOf(run: ProgramRun): object | undefined {
  const { secret } = run.outputs.verify as { secret: { facts: { tokens: { name: string }[] } } };
  return secret.facts.tokens.find(({ name }) => name === "GitHub");
}

const namesOf = ({ resources }: ProgramRun, like: RegExp) =>
  resources.map(({ name }) => name).filter((name) => like.test(name));

/** GitHub, which answers everything with this. */
const failing = (status: number, message: string) => () => Response.json({ message }, { status });
const nobodyThere = async () => {
  throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
};

describe("a host that polls", () => {
  test("gives its token to the agent, and to nothing else", async () => {
    const { resources } = await stackRun("svlnas");
    const holders = resources.filter((found) => JSON.stringify(found).includes("github_pat_"));
    expect(holders.map(({ name }) => name)).toEqual(["alloy-files-secret-github-token"]);
  });

  test.each([false, true])("asks for each repository first, preview: %s", async (preview) => {
    const asked: string[] = [];
    const github = (path: string) => {
      asked.push(path);
      return githubAnswer(path);
    };
    await mockProgram("svlnas", withToken, { preview, github });
    const names = ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"];
    const parts = ["", "/issues?per_page=1", "/pulls?per_page=1"];
    expect(asked).toEqual(names.flatMap((name) => parts.map((part) => `repos/${name}${part}`)));
    expect(warnings()).toEqual([]);
  });

  test("tells verify when its token ends and what replaces it", async () => {
    expect(tokenOf(await stackRun("svlnas"))).toEqual({
      name: "GitHub",
      expiresAt: "2099-01-31T12:00:00.000Z",
      renewDays: 21,
      renew: "`npm run github-token -- --stack svlnas` and `pulumi up --stack svlnas`.",
    });
  });
});

test.each([
  ["without the pipeline", "svlazext", { ...completed("svlazext"), githubToken: "github_pat_x" }],
  ["with the pipeline", "svlnas", changed(withToken, "github", elsewhere)],
])("a host that does not poll asks nothing, %s", async (_what, stack, settings) => {
  const run = await mockProgram(stack, settings, { fetch: nobodyThere });
  expect(namesOf(run, /^github/)).toEqual([]);
  expect(tokenOf(run)).toBeUndefined();
  expect(warnings()).toEqual([]);
});

test("what is wrong with the token is said in one sentence, before a host is touched", async () => {
  const names: string[] = [];
  const dead = failing(401, "Bad credentials");
  const { message, errors } = await programFailure(() =>
    mockProgram("svlnas", withToken, {
      github: (path) => (path === repository ? dead() : githubAnswer(path)),
      outputs: ({ name }) => void names.push(name),
    }),
  );
  const sentence = "GitHub refuses it: it has expired or was revoked.";
  expect(message).toBe(`grafana-alloy:githubToken: ${sentence} ${fix}`);
  expect(errors).toEqual([expect.any(pulumi.RunError)]);
  expect(names.filter((name) => /^(alloy|host)/.test(name))).toEqual([]);
});

describe("what is no fault of the token is warned of, and the deployment continues", () => {
  const notChecked = (reason: string) =>
    `grafana-alloy:githubToken: not checked. GitHub could not be asked: ${reason}. The deployment continues without this check.`;

  test.each<[string, ProgramMocks, string]>([
    [
      "GitHub fails",
      { github: failing(503, "Service Unavailable") },
      "it answered 503, Service Unavailable",
    ],
    [
      "something else answers",
      { github: () => new Response("<html>log in</html>") },
      "https://api.github.com is not GitHub's REST API",
    ],
    [
      "nobody answers",
      { fetch: nobodyThere },
      "https://api.github.com could not be reached: getaddrinfo ENOTFOUND",
    ],
  ])("%s", async (_what, mocks, reason) => {
    const run = await mockProgram("svlnas", withToken, mocks);
    expect(warnings()).toEqual([notChecked(reason)]);
    expect(namesOf(run, /-secret-github-token$/)).toHaveLength(1);
    expect(tokenOf(run)).toEqual({ name: "GitHub", renewDays: 21, renew: expect.any(String) });
  });
});

test.each([
  [21.5, undefined],
  [20.5, "20 days"],
  [1.5, "1 day"],
])("a token that ends in %d days: warned of %s", async (days, left) => {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replace("T", " ");
  const headers = { "github-authentication-token-expiration": `${text.slice(0, 19)} UTC` };
  const github = () => Response.json([], { headers });
  await mockProgram("svlnas", withToken, { github });
  const warning = `grafana-alloy:githubToken: It expires on ${text.slice(0, 10)}, in ${left}. ${fix}`;
  expect(warnings()).toEqual(left ? [warning] : []);
});

describe("a GitHub App in place of a token", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const withApp = {
    ...changed(withToken, "github", { app: { id: 7, installationId: 70 } }),
    githubToken: undefined,
    githubAppPrivateKey: privateKey,
  };

  /** GitHub, for an app: a token for what it says of itself, then the answers of `githubAnswer`. */
  const api =
    (status: number, permissions: object): typeof fetch =>
    async (url) => {
      const path = String(url).replace("https://api.github.com/", "");
      if (path !== "app/installations/70/access_tokens") return githubAnswer(path);
      return Response.json({ token: "ghs_lab_1", permissions }, { status });
    };

  test("ships its key as a secret file, its own pipeline and its numbers; no token, no provider", async () => {
    const granted = api(201, { metadata: "read", issues: "read" });
    const run = await mockProgram("svlnas", withApp, { fetch: granted });
    expect(commandOf(run.named("alloy-files-secret-github-app-key"))).toMatchObject({
      data: privateKey.trim(),
      secret: true,
    });
    expect(namesOf(run, /^github|-secret-github-token$/)).toEqual([]);
    const config = commandOf(run.named("alloy-files-config")).data;
    expect(config).toContain("==> github-app.alloy\n");
    expect(config).not.toContain("==> github-token.alloy\n");
    expect(config).toContain('"id": 7,');
    const holders = run.resources.filter((found) => JSON.stringify(found).includes("RSA"));
    expect(holders.map(({ name }) => name)).toEqual(["alloy-files-secret-github-app-key"]);
    expect(tokenOf(run)).toBeUndefined();
    expect(warnings()).toEqual([]);
  });

  test("has no key on a host that does not poll, and asks nothing", async () => {
    const settings = changed(withApp, "github", elsewhere);
    const run = await mockProgram("svlnas", settings, { fetch: nobodyThere });
    expect(namesOf(run, /-secret-github/)).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  test("what is wrong with it is said in one sentence", async () => {
    const writing = api(201, { contents: "write" });
    const failed = await programFailure(() => mockProgram("svlnas", withApp, { fetch: writing }));
    expect(failed.message).toBe(
      "grafana-alloy:github.app: It can write contents; it must be read-only. It needs Metadata, Issues and Pull requests, " +
        "read-only, of the repositories: https://github.com/settings/installations/70",
    );
    expect(failed.errors).toHaveLength(1);
  });

  test("is not checked where GitHub is away, which is warned of", async () => {
    await mockProgram("svlnas", withApp, { fetch: nobodyThere });
    expect(warnings()).toEqual([
      "grafana-alloy:github.app: not checked. GitHub could not be asked: https://api.github.com could not be reached: getaddrinfo ENOTFOUND. The deployment continues without this check.",
    ]);
  });
});
