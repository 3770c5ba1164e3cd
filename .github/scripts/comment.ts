import { readFile } from "node:fs/promises";
import { commentBody, marker } from "./comment-body.ts";
import { postComment } from "./comment-post.ts";

/** A variable that GitHub or the workflow sets. */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`comment: ${name} is not set; the workflow sets it`);
  return value;
}

const [file] = process.argv.slice(2);
if (!file) throw new Error("usage: node .github/scripts/comment.ts LOG");
const stack = needed("STACK");
const repository = needed("GITHUB_REPOSITORY");
const run = `${needed("GITHUB_SERVER_URL")}/${repository}/actions/runs/${needed("GITHUB_RUN_ID")}`;
const done = await postComment(
  {
    api: needed("GITHUB_API_URL"),
    repository,
    number: needed("PULL_REQUEST"),
    token: needed("GITHUB_TOKEN"),
  },
  marker(stack),
  commentBody({ stack, log: await readFile(file, "utf8"), run }),
);
console.log(`comment ${done}`);
