import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { githubAnswer } from "./github-api.ts";

/** A stand-in for GitHub's API in the lab: node github.ts TOKEN_FILE owner/name… */
const [tokenFile = "", ...repositories] = process.argv.slice(2);

const calls: Record<string, number> = {};
let total = 0;

const server = createServer((request, response) => {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/__calls") {
    response.setHeader("content-type", "application/json").end(JSON.stringify(calls));
    return;
  }
  calls[path] = (calls[path] ?? 0) + 1;
  total += 1;
  // Read at each call: a test can rotate the token of a running stand-in.
  const facts = { token: readFileSync(tokenFile, "utf8").trim(), repositories };
  const answer = githubAnswer(facts, path, request.headers.authorization, total);
  response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
});

server.listen(8080);
process.once("SIGTERM", () => process.exit(0));
