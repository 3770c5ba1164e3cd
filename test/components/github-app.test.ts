import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkApp } from "../../components/github/github-app.ts";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";

const pem = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
const { publicKey, privateKey } = pem();
const reads = { issues: "read", pullRequests: "read" } as const;

let server: GithubServer;
beforeAll(async () => {
  server = await serveGithub({
    tokens: [],
    apps: [
      { id: 7, installationId: 70, publicKey, repositories: { "me/one": reads } },
      {
        id: 8,
        installationId: 80,
        publicKey,
        repositories: { "me/one": { ...reads, issues: "write" } },
      },
    ],
    repositories: { "me/one": {}, "me/two": {} },
  });
});
afterAll(() => server.close());

const check = (app: object, repositories = ["me/one"]) =>
  checkApp({ id: 7, installationId: 70, privateKey, ...app }, server.url, repositories);

test("an app that reads what it is installed on is without fault, and has no end", async () => {
  expect(await check({})).toEqual({ faults: [], unclear: [] });
});

test.each<[string, object, string[], string]>([
  [
    "another key",
    { privateKey: pem().privateKey },
    ["me/one"],
    "GitHub refuses its key: it is none of app 7, or was deleted.",
  ],
  [
    "another app",
    { id: 9 },
    ["me/one"],
    "GitHub refuses its key: it is none of app 9, or was deleted.",
  ],
  ["another installation", { installationId: 80 }, ["me/one"], "App 7 has no installation 80."],
  [
    "a repository that it is not installed on",
    {},
    ["me/one", "me/two"],
    "It does not reach me/two, or there is no such repository.",
  ],
  [
    "leave to write",
    { id: 8, installationId: 80 },
    ["me/one"],
    "It can write issues: it must only read.",
  ],
])("with %s", async (_what, app, repositories, sentence) => {
  expect(await check(app, repositories)).toEqual({ faults: [sentence], unclear: [] });
});

test("on a bad day of GitHub nothing is said of the app", async () => {
  server.troubles.push({ path: "/app", status: 502, message: "bad gateway" });
  expect(await check({})).toEqual({
    faults: [],
    unclear: ["GitHub could not be asked: it answered 502, bad gateway."],
  });
  server.troubles.length = 0;
});
