import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkApp } from "../../../components/github/github-app.ts";
import { type GithubServer, serveGithub } from "../../../lab/stand-ins/github-server.ts";

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

const refused = (id: number) =>
  `GitHub refuses its key: it is not one of app ${id}, or it was deleted.`;

test.each<[string, object, string]>([
  ["another key", { privateKey: pem().privateKey }, refused(7)],
  ["another app", { id: 9 }, refused(9)],
  ["another installation", { installationId: 80 }, "App 7 has no installation 80."],
  ["leave to write", { id: 8, installationId: 80 }, "It can write issues; it must be read-only."],
])("with %s", async (_what, app, sentence) => {
  expect(await check(app)).toEqual({ faults: [sentence], unclear: [] });
});

test("of a repository that it is not installed on", async () => {
  expect(await check({}, ["me/one", "me/two"])).toEqual({
    faults: ["It does not cover me/two, or there is no such repository."],
    unclear: [],
  });
});

test.each([
  [403, "suspended", { faults: ["GitHub refuses it: suspended."], unclear: [] }],
  [
    502,
    "bad gateway",
    { faults: [], unclear: ["GitHub could not be asked: it answered 502, bad gateway."] },
  ],
])("GitHub that answers %d, %s", async (status, message, found) => {
  server.troubles.push({ path: "/app", status, message });
  expect(await check({})).toEqual(found);
  server.troubles.length = 0;
});
