import { createSign, generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";

const keyPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const { publicKey, privateKey } = keyPair();
const reads = { issues: "read", pullRequests: "read" } as const;

let server: GithubServer;
beforeAll(async () => {
  server = await serveGithub({
    tokens: [
      {
        token: "fine",
        login: "me",
        expiresAt: "2099-01-31T12:00:00Z",
        repositories: { "Owner/one": reads, "Owner/bare": {} },
        ownerPushes: ["Owner/one"],
      },
      { token: "dead", expiresAt: "2000-01-01T00:00:00Z", repositories: { "Owner/one": reads } },
      { token: "classic", classicScopes: "repo", repositories: { "Owner/one": {} } },
      {
        token: "keeper",
        repositories: { "Owner/one": { secrets: "write", environments: "write" } },
      },
    ],
    apps: [{ id: 7, installationId: 70, publicKey, repositories: { "Owner/one": reads } }],
    repositories: {
      "Owner/one": {},
      "Owner/two": {},
      "Owner/bare": {},
      "Owner/open": { public: true },
      "Owner/old": { public: true, renamedTo: "Owner/new" },
    },
  });
});
afterEach(() => void server.troubles.splice(0));
afterAll(() => server.close());

async function ask(path: string, authorization?: string, method = "GET", body?: object) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text ? JSON.parse(text) : undefined,
  };
}

const statusOf = async (...call: Parameters<typeof ask>) => (await ask(...call)).status;

const ONE = "/repos/Owner/one";

test.each([
  ...["Bearer other", "Bearer dead", "Basic fine", "fine", ""].map((given) => [given, ONE, 401]),
  ["token fine", "/rate_limit", 200],
  ["Bearer fine", ONE, 200],
  ["Bearer fine", "/repos/owner/ONE?x=1", 200],
  ["Bearer fine", `/api/v3${ONE}`, 200],
  ["Bearer fine", `${ONE}/issues`, 200],
  ["Bearer fine", "/repos/Owner/bare", 200],
  ["Bearer fine", "/repos/Owner/bare/issues", 403],
  ["Bearer fine", "/repos/Owner/bare/pulls", 403],
  ["Bearer fine", "/repos/Owner/two", 404],
  ["Bearer fine", "/repos/Owner/none", 404],
  ["Bearer fine", `${ONE}/collaborators`, 404],
  ["Bearer fine", "/repos/Owner/open/pulls", 200],
  ["Bearer fine", "/user", 200],
  ["Bearer fine", "/orgs/Owner", 404],
  [undefined, ONE, 404],
  [undefined, "/repos/Owner/open", 200],
  [undefined, "/user", 401],
] as [string | undefined, string, number][])("%j asks for %s: %i", async (given, path, status) => {
  expect(await statusOf(path, given)).toBe(status);
});

test("a repository tells the right of who made the token, not the token's own", async () => {
  const { body } = await ask(ONE, "Bearer fine");
  expect(body.permissions).toEqual({ admin: true, push: true, pull: true });
});

test("a repository answers under its new name when it was renamed", async () => {
  expect((await ask("/repos/Owner/old")).body.full_name).toBe("Owner/new");
});

test("the exporter's calls are answered with as many pulls and assets as it counts", async () => {
  const paths = ["", "/releases", "/pulls"].map((part) => `/repos/owner/One${part}`);
  const [one, releases, pulls] = await Promise.all(paths.map((path) => ask(path, "token fine")));
  expect(one?.body).toMatchObject({ name: "one", owner: { login: "Owner" }, open_issues: 7 });
  expect(releases?.body).toMatchObject([{ assets: [{ download_count: 42 }] }]);
  expect(pulls?.body).toHaveLength(2);
});

const EXPIRY = "github-authentication-token-expiration";

test.each([
  ["Bearer fine", { "x-ratelimit-limit": "5000", [EXPIRY]: "2099-01-31 12:00:00 UTC" }],
  ["Bearer classic", { "x-ratelimit-limit": "5000", "x-oauth-scopes": "repo" }],
  [undefined, { "x-ratelimit-limit": "60" }],
])("%j is told limits, a request id, its end and its scopes in headers", async (given, own) => {
  const { headers } = await ask("/rate_limit", given);
  const { "x-github-request-id": id, ...others } = headers;
  expect(id).toMatch(/^LAB:\d+$/);
  const names = ["x-ratelimit-limit", EXPIRY, "x-oauth-scopes"];
  const told = names.filter((name) => name in others).map((name) => [name, others[name]]);
  expect(Object.fromEntries(told)).toEqual(own);
});

test.each(["git/refs", "issues", "pulls"])(
  "an empty %s tells who may write, and makes nothing",
  async (part) => {
    expect(await statusOf(`${ONE}/${part}`, "Bearer fine", "POST", {})).toBe(403);
    expect(await statusOf(`${ONE}/${part}`, "Bearer classic", "POST", {})).toBe(422);
    expect(server.made).toEqual({});
  },
);

test("of a secret a hash alone is kept, until it is deleted", async () => {
  const path = `${ONE}/actions/secrets/TOKEN`;
  const body = { key_id: "1", encrypted_value: "hidden" };
  expect(await statusOf(path, "Bearer fine", "PUT", body)).toBe(403);
  expect(await statusOf(path, "Bearer keeper", "PUT", body)).toBe(201);
  expect(await statusOf(path, "Bearer keeper", "PUT", body)).toBe(204);
  expect((await ask(path, "Bearer keeper")).body).toHaveProperty("updated_at");
  expect(JSON.stringify(server.made)).not.toContain("hidden");
  expect(await statusOf(path, "Bearer keeper", "DELETE")).toBe(204);
  expect(await statusOf(path, "Bearer keeper")).toBe(404);
});

describe("a GitHub App", () => {
  const statement = (claims: object, key = privateKey) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256" })}.${part(claims)}`;
    return `Bearer ${signed}.${createSign("sha256").update(signed).sign(key, "base64url")}`;
  };
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: "7", iat: now - 60, exp: now + 540 };
  const tokens = (installation: number) =>
    `/api/v3/app/installations/${installation}/access_tokens`;

  test("gets a token for its installation, which reads what it is installed on", async () => {
    const { status, body } = await ask(tokens(70), statement(good), "POST");
    expect(status).toBe(201);
    expect(body.permissions).toEqual({ metadata: "read", issues: "read", pull_requests: "read" });
    const given = `token ${body.token}`;
    expect(await statusOf(`${ONE}/issues`, given)).toBe(200);
    expect(await statusOf("/repos/Owner/two", given)).toBe(404);
    expect(await statusOf("/user", given)).toBe(403);
  });

  test.each([
    ["another app's number", statement({ ...good, iss: "8" }), 70, 401],
    ["a statement that is over", statement({ ...good, iat: now - 700, exp: now - 100 }), 70, 401],
    ["one that lives too long", statement({ ...good, exp: now + 3600 }), 70, 401],
    ["another key", statement(good, keyPair().privateKey), 70, 401],
    ["another installation", statement(good), 71, 404],
  ])("is refused with %s", async (_, given, installation, status) => {
    expect(await statusOf(tokens(installation), given, "POST")).toBe(status);
  });
});

describe("on a bad day", () => {
  test("it answers what it is told to, with or without /api/v3", async () => {
    const headers = { "retry-after": "30" };
    server.troubles.push({ path: ONE, status: 429, headers, message: "slow down" });
    for (const base of ["", "/api/v3"]) {
      const answer = await ask(`${base}${ONE}/pulls`, "Bearer fine");
      expect(answer).toMatchObject({ status: 429, headers, body: { message: "slow down" } });
    }
    expect(await statusOf("/rate_limit", "Bearer fine")).toBe(200);
  });

  test("it takes the connection and never answers, or hangs up, but for a path that is spared", async () => {
    server.troubles.push({ path: "/", except: "/rate_limit", silent: true });
    const waiting = ask(`/api/v3${ONE}`, "Bearer fine").then(
      () => "answered",
      () => "ended",
    );
    expect(await statusOf("/rate_limit", "Bearer fine")).toBe(200);
    expect(await Promise.race([waiting, sleep(200, "waits")])).toBe("waits");
    server.hangUp();
    expect(await waiting).toBe("ended");
    server.troubles.splice(0, 1, { path: "/", hangUp: true });
    await expect(ask("/rate_limit")).rejects.toThrow("fetch failed");
  });

  test("it leaves headers out, as a gateway before it does", async () => {
    server.troubles.push({ path: "/repos", status: 502, without: ["x-github-request-id"] });
    const { status, headers } = await ask(ONE, "Bearer fine");
    expect([status, "x-github-request-id" in headers]).toEqual([502, false]);
  });

  test("it is told and cured while it runs", async () => {
    for (const [troubles, status] of [
      [[{ path: "/", status: 503 }], 503] as const,
      [[], 200] as const,
    ]) {
      expect(await statusOf("/__troubles", undefined, "PUT", troubles)).toBe(204);
      expect(await statusOf("/rate_limit")).toBe(status);
    }
  });

  test("it takes its time", async () => {
    server.troubles.push({ path: "/rate_limit", delay: 300 });
    const before = performance.now();
    expect(await statusOf("/rate_limit", "Bearer fine")).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(290);
  });
});

test("it counts its calls by path, and what it is changed to holds at once", async () => {
  const before = server.calls["/repos/Owner/two"] ?? 0;
  expect(await statusOf("/repos/Owner/two", "Bearer later")).toBe(401);
  server.seed.tokens.push({ token: "later", repositories: { "Owner/two": {} } });
  expect(await statusOf("/repos/Owner/two", "Bearer later")).toBe(200);
  expect((await ask("/__calls")).body["/repos/Owner/two"]).toBe(before + 2);
});
