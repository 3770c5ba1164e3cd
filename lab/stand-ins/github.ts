import { readFileSync } from "node:fs";
import type { GithubSeed } from "./github-accounts.ts";
import { serveGithub } from "./github-server.ts";

/** A stand-in for GitHub's API in the lab: node github.ts TOKENS_FILE owner/name… */
const [tokenFile = "", ...names] = process.argv.slice(2);

/** Days that the lab's token has left at every start. */
const TOKEN_DAYS = 90;
const expiresAt = new Date(Date.now() + TOKEN_DAYS * 86_400_000).toISOString();

/** What the tokens may do: read what the exporter reads, as their operator would have made them. */
const rights = { issues: "read", pullRequests: "read" } as const;
const covered = Object.fromEntries(names.map((name) => [name, rights]));
const repositories = Object.fromEntries(names.map((name) => [name, {}]));

const seed: GithubSeed = {
  // Read at each call: a test can change the tokens of a running stand-in.
  get tokens() {
    const tokens = readFileSync(tokenFile, "utf8").trim().split("\n");
    const facts = { login: "lab", expiresAt, repositories: covered, ownerPushes: names };
    return tokens.map((token) => ({ token, ...facts }));
  },
  repositories,
};

await serveGithub(seed, { host: "0.0.0.0", port: 8080 });
process.once("SIGTERM", () => process.exit(0));
