import { generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { commandOf, plain } from "../../support/commands.ts";
import { githubAnswer, mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { programFailure } from "../../support/program-failure.ts";
import { completed, type RawSettings } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const fix = "`npm run github-token -- --stack svlnas` makes and stores a new one.";

/** What the program warned of. */
const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
afterEach(() => {
  warned.mockClear();
});
const warnings = () => warned.mock.calls.map(([text]) => text);

/** The tokens that a run tells `verify`. */
function tokensOf(run: ProgramRun): { name: string; expiresAt?: string }[] {
  const { secret } = run.outputs.verify as { secret: { facts: { tokens: [] } } };
  return secret.facts.tokens;
}

const elsewhere = (settings: RawSettings): RawSettings => ({
  ...settings,
  github: { ...(settings.github as object), pollingHost: "other" },
});

/** A GitHub that answers to one question as the provider reports it, to all others well. */
function github(question: string, answer: () => Record<string, unknown>) {
  return (endpoint: string) => (endpoint === question ? answer() : githubAnswer(endpoint));
}

const repository = "repos/DevSecNinja/dotfiles";
/** As the engine hands an error of a provider on: the SDK reads `details`. */
const failing = (text: string) => () => {
  throw Object.assign(new Error(text), { details: text });
};
const refused = (status: string) =>
  failing(`GET https://api.github.com/${repository}: ${status} []`);

describe("a host that polls", () => {
  test("asks GitHub with its token, below the base URL that the provider adds /api/v3 to", async () => {
    const run = await stackRun("svlnas");
    expect(run.named("github-provider").inputs).toEqual({
      token: { secret: "github_pat_secret" },
      baseUrl: "https://api.github.com/",
      owner: "DevSecNinja",
    });
    const holders = run.resources.filter((found) => JSON.stringify(found).includes("github_pat_"));
    expect(holders.map(({ name }) => name).sort()).toEqual([
      "alloy-files-secret-github-token",
      "github-provider",
    ]);
  });

  test.each([false, true])(
    "asks for each repository before anything is planned, preview: %s",
    async (preview) => {
      const asked: string[] = [];
      const answer = (endpoint: string) => {
        asked.push(endpoint);
        return githubAnswer(endpoint);
      };
      await mockProgram("svlnas", completed("svlnas"), { github: answer, preview });
      const names = ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"];
      expect(asked).toEqual(
        names.flatMap((name) =>
          ["", "/issues?per_page=1", "/pulls?per_page=1"].map((part) => `repos/${name}${part}`),
        ),
      );
      expect(warnings()).toEqual([]);
    },
  );

  test("tells verify when its token ends and what replaces it", async () => {
    expect(tokensOf(await stackRun("svlnas")).at(-1)).toEqual({
      name: "GitHub",
      expiresAt: "2099-01-31T12:00:00.000Z",
      renewDays: 21,
      renew: "`npm run github-token -- --stack svlnas` and `pulumi up --stack svlnas`.",
    });
  });
});

describe("a host that does not poll", () => {
  const unasked = () => {
    throw new Error("GitHub was asked");
  };

  test.each<[string, "svlnas" | "svlazext", RawSettings]>([
    ["without the pipeline", "svlazext", { ...completed("svlazext"), githubToken: "github_pat_x" }],
    ["with the pipeline", "svlnas", elsewhere(completed("svlnas"))],
  ])("%s asks nothing and has no GitHub token to tell of", async (_what, stack, settings) => {
    const run = await mockProgram(stack, settings, { github: unasked });
    expect(run.resources.filter(({ name }) => /^github/.test(name))).toEqual([]);
    expect(tokensOf(run).map(({ name }) => name)).not.toContain("GitHub");
    expect(warnings()).toEqual([]);
  });
});

describe("what is wrong with the token", () => {
  const failure = (answer: () => Record<string, unknown>, question = repository) =>
    programFailure(() =>
      mockProgram("svlnas", completed("svlnas"), { github: github(question, answer) }),
    );
  const notFound = () => ({
    ...githubAnswer(repository),
    code: 404,
    body: '{"message":"Not Found"}',
  });
  const classic = () => ({ ...githubAnswer(repository), headers: '{"X-Oauth-Scopes":["repo"]}' });

  test.each<[string, () => Record<string, unknown>, string]>([
    ["dead", refused("401 Bad credentials"), "GitHub refuses it: it has ended or was revoked."],
    [
      "without the repository",
      notFound,
      "It does not reach DevSecNinja/dotfiles, or there is no such repository.",
    ],
    [
      "classic",
      classic,
      "It is a classic token (scopes: repo), which is not limited to repositories.",
    ],
  ])("is said in one sentence: %s", async (_what, answer, sentence) => {
    const { message, errors } = await failure(answer);
    expect(message).toBe(`grafana-alloy:githubToken: ${sentence} ${fix}`);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(pulumi.RunError);
  });

  test("is said of a permission that is missing", async () => {
    const denied = refused("403 Resource not accessible by personal access token");
    const { message } = await failure(denied, `${repository}/issues?per_page=1`);
    expect(message).toBe(
      `grafana-alloy:githubToken: It can't read Issues of DevSecNinja/dotfiles. ${fix}`,
    );
  });

  test("ends the program before a host is touched", async () => {
    const names: string[] = [];
    const outputs = ({ name }: { name: string }) => void names.push(name);
    const dead = github(repository, refused("401 Bad credentials"));
    await programFailure(() =>
      mockProgram("svlnas", completed("svlnas"), {
        github: dead,
        outputs: (one) => outputs(one) as undefined,
      }),
    );
    expect(names).toContain("github-provider");
    expect(names.filter((name) => /^(alloy|host)/.test(name))).toEqual([]);
  });
});

describe("what is no fault of the token", () => {
  test.each([
    [
      'Get "https://api.github.com/repos/DevSecNinja/dotfiles": dial tcp: no such host',
      'GitHub could not be asked: Get "https://api.github.com/repos/DevSecNinja/dotfiles": dial tcp: no such host.',
    ],
    [
      "GET https://api.github.com/x: 503 Service Unavailable []",
      "GitHub could not be asked: it answered 503, Service Unavailable.",
    ],
    [
      "GET https://api.github.com/x: 403 API rate limit exceeded for user ID 1. [rate reset in 9m]",
      "GitHub's rate limit is used up.",
    ],
  ])("is warned of, and the deployment goes on: %s", async (text, sentence) => {
    const away = github(repository, failing(text));
    const run = await mockProgram("svlnas", completed("svlnas"), { github: away });
    expect(warnings()).toEqual([
      `grafana-alloy:githubToken: not checked. ${sentence} The deployment goes on without.`,
    ]);
    expect(run.named("alloy-files-secret-github-token")).toBeDefined();
  });

  test("is warned of where nobody answers, and the plugin, which would crash, is not asked", async () => {
    const asked: string[] = [];
    const away = async (url: string | URL | Request) => {
      asked.push(String(url));
      throw new TypeError("fetch failed", {
        cause: new Error("getaddrinfo ENOTFOUND api.github.com"),
      });
    };
    const run = await mockProgram("svlnas", completed("svlnas"), {
      fetch: away,
      github: failing("the plugin was asked"),
    });
    expect(asked).toEqual(["https://api.github.com/rate_limit"]);
    expect(warnings()).toEqual([
      "grafana-alloy:githubToken: not checked. GitHub could not be asked: https://api.github.com/rate_limit " +
        "could not be reached: getaddrinfo ENOTFOUND api.github.com. The deployment goes on without.",
    ]);
    expect(tokensOf(run).at(-1)).toMatchObject({ name: "GitHub", renewDays: 21 });
    expect(tokensOf(run).at(-1)).not.toHaveProperty("expiresAt");
  });
});

describe("a token that ends soon", () => {
  const ending = (days: number) => {
    const text = new Date(Date.now() + days * 86_400_000).toISOString().replace("T", " ");
    const headers = { "Github-Authentication-Token-Expiration": [`${text.slice(0, 19)} UTC`] };
    return {
      date: text.slice(0, 10),
      github: (endpoint: string) => ({
        ...githubAnswer(endpoint),
        headers: JSON.stringify(headers),
      }),
    };
  };

  test.each([
    [20.5, "20 days"],
    [1.5, "1 day"],
  ])("is warned of: %d days", async (days, left) => {
    const { date, github } = ending(days);
    await mockProgram("svlnas", completed("svlnas"), { github });
    expect(warnings()).toEqual([
      `grafana-alloy:githubToken: It ends on ${date}, in ${left}. ${fix}`,
    ]);
  });

  test("is not, while it has 21 days", async () => {
    await mockProgram("svlnas", completed("svlnas"), { github: ending(21.5).github });
    expect(warnings()).toEqual([]);
  });
});

test.each([
  ["https://github.example.org/api/v3", "https://github.example.org/"],
  ["http://172.30.200.1:19481/", "http://172.30.200.1:19481/"],
])("with the API at %s the provider's base URL is %s", async (apiUrl, baseUrl) => {
  const settings = completed("svlnas");
  const own = { ...settings, github: { ...(settings.github as object), apiUrl } };
  const run = await mockProgram("svlnas", own);
  expect(run.named("github-provider").inputs.baseUrl).toBe(baseUrl);
});

describe("a GitHub App in place of a token", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const { githubToken: _token, ...settings } = completed("svlnas");
  const app = { id: 7, installationId: 70 };
  const withApp: RawSettings = {
    ...settings,
    github: { ...(settings.github as object), app },
    githubAppPrivateKey: privateKey,
    restart: "unless-stopped",
  };
  const key = privateKey.trim();

  /** GitHub, for an app: a token for what it says of itself, then the answers of `githubAnswer`. */
  const api =
    (exchange: object, status = 201): typeof fetch =>
    async (url) => {
      const path = String(url).replace("https://api.github.com/", "");
      if (path === "app/installations/70/access_tokens") {
        return new Response(JSON.stringify(exchange), { status });
      }
      return new Response(String(githubAnswer(path).body));
    };
  const granted = { token: "ghs_lab_1", permissions: { metadata: "read", issues: "read" } };
  const failure = (answer: typeof fetch) =>
    programFailure(() => mockProgram("svlnas", withApp, { fetch: answer }));
  const page = "https://github.com/settings/installations/70";
  const fix = `It needs Metadata, Issues and Pull requests, read-only, of the repositories: ${page}`;

  test("ships its key as a secret file, its own pipeline and its numbers; no token, no provider", async () => {
    const run = await mockProgram("svlnas", withApp, { fetch: api(granted) });
    const { data, secret } = commandOf(run.named("alloy-files-secret-github-app-key"));
    expect([data, secret]).toEqual([key, true]);
    const names = run.resources.map(({ name }) => name);
    expect(names).not.toContain("alloy-files-secret-github-token");
    expect(names.filter((name) => /^github/.test(name))).toEqual([]);
    const config = commandOf(run.named("alloy-files-config")).data;
    expect(config).toContain("==> github-app.alloy\n");
    expect(config).not.toContain("==> github-token.alloy\n");
    expect(config).toContain('"id": 7,');
    expect(JSON.stringify(run.resources.map(({ inputs }) => plain(inputs)))).not.toContain("RSA");
    expect(tokensOf(run).map(({ name }) => name)).not.toContain("GitHub");
    expect(warnings()).toEqual([]);
  });

  test("has no key on a host that does not poll, and asks nothing", async () => {
    const unasked = async () => {
      throw new Error("GitHub was asked");
    };
    const run = await mockProgram("svlnas", elsewhere(withApp), { fetch: unasked });
    const secrets = run.resources.filter(({ name }) => name.startsWith("alloy-files-secret-"));
    expect(secrets.map(({ name }) => name).sort()).toEqual([
      "alloy-files-secret-logs-password",
      "alloy-files-secret-metrics-password",
      "alloy-files-secret-tokens.prom",
    ]);
  });

  test.each<[object, number, string]>([
    [
      { message: "A JSON web token could not be decoded" },
      401,
      "GitHub refuses its key: it is none of app 7, or was deleted.",
    ],
    [{ message: "Not Found" }, 404, "App 7 has no installation 70."],
    [
      { message: "This installation has been suspended" },
      403,
      "GitHub lets it not in: This installation has been suspended.",
    ],
    [
      { ...granted, permissions: { contents: "write" } },
      201,
      "It can write contents: it must only read.",
    ],
  ])(
    "what is wrong with it is said in one sentence: %j, %i",
    async (exchange, status, sentence) => {
      const { message, errors } = await failure(api(exchange, status));
      expect(message).toBe(`grafana-alloy:github.app: ${sentence} ${fix}`);
      expect(errors).toHaveLength(1);
    },
  );

  test("is not checked where GitHub is away, which is warned of", async () => {
    const away = async () => {
      throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
    };
    await mockProgram("svlnas", withApp, { fetch: away });
    expect(warnings()).toEqual([
      "grafana-alloy:github.app: not checked. GitHub could not be asked: https://api.github.com could not be reached: getaddrinfo ENOTFOUND. The deployment goes on without.",
    ]);
  });
});
