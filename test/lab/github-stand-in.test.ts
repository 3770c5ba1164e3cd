import { createSign, generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GithubSeed } from "../../lab/stand-ins/github-accounts.ts";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const reads = { issues: "read", pullRequests: "read" } as const;

const seed: GithubSeed = {
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
    { token: "keeper", repositories: { "Owner/one": { secrets: "write", environments: "write" } } },
  ],
  apps: [{ id: 7, installationId: 70, publicKey, repositories: { "Owner/one": reads } }],
  repositories: {
    "Owner/one": {},
    "Owner/two": {},
    "Owner/bare": {},
    "Owner/open": { public: true },
    "Owner/old": { public: true, renamedTo: "Owner/new" },
  },
};

let server: GithubServer;
beforeAll(async () => {
  server = await serveGithub(seed);
});
afterEach(() => {
  server.troubles.length = 0;
});
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

it.each(["Bearer other", "Bearer dead", "Basic fine", "fine", ""])("refuses %j", async (given) => {
  expect(await ask("/repos/Owner/one", given)).toMatchObject({
    status: 401,
    body: { message: "Bad credentials" },
  });
});

it.each(["Bearer fine", "token fine"])("knows %j", async (given) => {
  expect((await ask("/rate_limit", given)).status).toBe(200);
});

describe("a repository", () => {
  it.each([
    ["Bearer fine", "/repos/Owner/one", 200],
    ["Bearer fine", "/repos/owner/ONE?x=1", 200],
    ["Bearer fine", "/api/v3/repos/Owner/one", 200],
    ["Bearer fine", "/repos/Owner/one/issues", 200],
    ["Bearer fine", "/repos/Owner/bare", 200],
    ["Bearer fine", "/repos/Owner/bare/issues", 403],
    ["Bearer fine", "/repos/Owner/bare/pulls", 403],
    ["Bearer fine", "/repos/Owner/two", 404],
    ["Bearer fine", "/repos/Owner/none", 404],
    ["Bearer fine", "/repos/Owner/one/collaborators", 404],
    ["Bearer fine", "/repos/Owner/open/pulls", 200],
    ["Bearer fine", "/user", 200],
    ["Bearer fine", "/orgs/Owner", 404],
    [undefined, "/repos/Owner/one", 404],
    [undefined, "/repos/Owner/open", 200],
    [undefined, "/user", 401],
  ])("%s asks for %s: %i", async (given, path, status) => {
    expect((await ask(path, given)).status).toBe(status);
  });

  it("tells the right of who made the token, not the token's own", async () => {
    const { body } = await ask("/repos/Owner/one", "Bearer fine");
    expect(body.permissions).toEqual({ admin: true, push: true, pull: true });
    expect((await ask("/repos/Owner/one/git/refs", "Bearer fine", "POST", {})).status).toBe(403);
  });

  it("answers under its new name when it was renamed", async () => {
    expect((await ask("/repos/Owner/old")).body.full_name).toBe("Owner/new");
  });

  it("answers the exporter's calls with as many pulls and assets as it counts", async () => {
    const paths = ["", "/releases", "/pulls"].map((part) => `/repos/owner/One${part}`);
    const [one, releases, pulls] = await Promise.all(paths.map((path) => ask(path, "token fine")));
    expect(one?.body).toMatchObject({ name: "one", owner: { login: "Owner" }, open_issues: 7 });
    expect(releases?.body).toMatchObject([{ assets: [{ download_count: 42 }] }]);
    expect(pulls?.body).toHaveLength(2);
  });
});

it("tells limits, a request id, a token's end and a classic token's scopes in headers", async () => {
  const { headers } = await ask("/repos/Owner/one", "Bearer fine");
  expect(headers).toMatchObject({
    "x-ratelimit-limit": "5000",
    "x-github-request-id": expect.stringMatching(/^LAB:\d+$/),
    "github-authentication-token-expiration": "2099-01-31 12:00:00 UTC",
  });
  expect(headers).not.toHaveProperty("x-oauth-scopes");
  const classic = (await ask("/repos/Owner/one", "Bearer classic")).headers;
  expect(classic).toMatchObject({ "x-oauth-scopes": "repo" });
  expect(classic).not.toHaveProperty("github-authentication-token-expiration");
  expect((await ask("/rate_limit")).headers["x-ratelimit-limit"]).toBe("60");
});

describe("writing", () => {
  it.each(["git/refs", "issues", "pulls"])(
    "an empty %s tells who may, and makes nothing",
    async (part) => {
      const path = `/repos/Owner/one/${part}`;
      expect((await ask(path, "Bearer fine", "POST", {})).status).toBe(403);
      expect((await ask(path, "Bearer classic", "POST", {})).status).toBe(422);
      expect(server.made).toEqual({});
    },
  );

  it("keeps of a secret a hash alone, until it is deleted", async () => {
    const path = "/repos/Owner/one/actions/secrets/TOKEN";
    const body = { key_id: "1", encrypted_value: "hidden" };
    expect((await ask(path, "Bearer fine", "PUT", body)).status).toBe(403);
    expect((await ask(path, "Bearer keeper", "PUT", body)).status).toBe(201);
    expect((await ask(path, "Bearer keeper", "PUT", body)).status).toBe(204);
    expect((await ask(path, "Bearer keeper")).body).toHaveProperty("updated_at");
    expect(JSON.stringify(server.made)).not.toContain("hidden");
    expect((await ask(path, "Bearer keeper", "DELETE")).status).toBe(204);
    expect((await ask(path, "Bearer keeper")).status).toBe(404);
  });
});

describe("a GitHub App", () => {
  const statement = (claims: object, key = privateKey) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256" })}.${part(claims)}`;
    return `Bearer ${signed}.${createSign("sha256").update(signed).sign(key, "base64url")}`;
  };
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: "7", iat: now - 60, exp: now + 540 };
  const path = "/api/v3/app/installations/70/access_tokens";

  it("gets a token for its installation, which reads what it is installed on", async () => {
    const { status, body } = await ask(path, statement(good), "POST");
    expect(status).toBe(201);
    expect(body.token).toMatch(/^ghs_lab_/);
    expect(body.permissions).toEqual({ metadata: "read", issues: "read", pull_requests: "read" });
    const given = `token ${body.token}`;
    expect((await ask("/repos/Owner/one/issues", given)).status).toBe(200);
    expect((await ask("/repos/Owner/two", given)).status).toBe(404);
    expect((await ask("/user", given)).status).toBe(403);
  });

  it.each([
    ["another app's number", { ...good, iss: "8" }],
    ["a statement that is over", { ...good, iat: now - 700, exp: now - 100 }],
    ["one that lives too long", { ...good, exp: now + 3600 }],
  ])("is refused with %s", async (_what, claims) => {
    expect((await ask(path, statement(claims), "POST")).status).toBe(401);
  });

  it("is refused with another key, and for another installation", async () => {
    const other = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    expect((await ask(path, statement(good, other.privateKey), "POST")).status).toBe(401);
    const elsewhere = path.replace("70", "71");
    expect((await ask(elsewhere, statement(good), "POST")).status).toBe(404);
  });
});

describe("on a bad day", () => {
  it("answers what it is told to, with or without /api/v3", async () => {
    const headers = { "retry-after": "30" };
    server.troubles.push({ path: "/repos/Owner/one", status: 429, headers, message: "slow down" });
    for (const base of ["", "/api/v3"]) {
      const answer = await ask(`${base}/repos/Owner/one/pulls`, "Bearer fine");
      expect(answer).toMatchObject({ status: 429, headers, body: { message: "slow down" } });
    }
    expect((await ask("/rate_limit", "Bearer fine")).status).toBe(200);
  });

  it("takes the connection and never answers, or hangs up, but for a path that is spared", async () => {
    server.troubles.push({ path: "/", except: "/rate_limit", silent: true });
    const waiting = ask("/api/v3/repos/Owner/one", "Bearer fine").then(
      () => "answered",
      () => "ended",
    );
    expect((await ask("/rate_limit", "Bearer fine")).status).toBe(200);
    expect(await Promise.race([waiting, sleep(500, "waits")])).toBe("waits");
    server.hangUp();
    expect(await waiting).toBe("ended");
    server.troubles.splice(0, 1, { path: "/", hangUp: true });
    await expect(ask("/rate_limit")).rejects.toThrow("fetch failed");
  });

  it("leaves headers out, as a gateway before it does", async () => {
    server.troubles.push({ path: "/repos", status: 502, without: ["x-github-request-id"] });
    const { status, headers } = await ask("/repos/Owner/one", "Bearer fine");
    expect(status).toBe(502);
    expect(headers).not.toHaveProperty("x-github-request-id");
    expect(headers).toHaveProperty("x-ratelimit-limit");
  });

  it("is told and cured while it runs", async () => {
    expect((await ask("/__troubles", undefined, "PUT", [{ path: "/", status: 503 }])).status).toBe(
      204,
    );
    expect((await ask("/rate_limit")).status).toBe(503);
    expect((await ask("/__troubles", undefined, "PUT", [])).status).toBe(204);
    expect((await ask("/rate_limit")).status).toBe(200);
  });

  it("takes its time", async () => {
    server.troubles.push({ path: "/rate_limit", delay: 300 });
    const before = performance.now();
    expect((await ask("/rate_limit", "Bearer fine")).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(290);
  });
});

it("counts its calls by path, and what it is changed to holds at once", async () => {
  expect((await ask("/repos/Owner/two", "Bearer later")).status).toBe(401);
  server.seed.tokens.push({ token: "later", repositories: { "Owner/two": {} } });
  expect((await ask("/repos/Owner/two", "Bearer later")).status).toBe(200);
  const { body } = await ask("/__calls");
  expect(body["/repos/Owner/two"]).toBe(server.calls["/repos/Owner/two"]);
  expect(body["/repos/Owner/two"]).toBeGreaterThanOrEqual(2);
});
