import { githubHeaders } from "../../components/github/github-ask.ts";
import { ask, outcome } from "../../http/ask.ts";

/** Where the comment goes. */
export interface PullRequest {
  /** Base URL of GitHub's REST API. */
  api: string;
  /** `owner/name`. */
  repository: string;
  number: string;
  /** Token with `pull-requests: write`. */
  token: string;
}

interface Comment {
  id: number;
  body?: string;
}

const PAGE = 100;

/** Edits the comment that begins with the marker, or makes it. Answers what was done. */
export async function postComment(
  pull: PullRequest,
  marker: string,
  body: string,
): Promise<"edited" | "made"> {
  const found = await findComment(pull, marker);
  const path = found ? `issues/comments/${found.id}` : `issues/${pull.number}/comments`;
  await call(pull, found ? "PATCH" : "POST", path, { body });
  return found ? "edited" : "made";
}

async function findComment(pull: PullRequest, marker: string): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const path = `issues/${pull.number}/comments?per_page=${PAGE}&page=${page}`;
    const comments = (await call(pull, "GET", path)) as Comment[];
    const found = comments.find(({ body }) => body?.startsWith(marker));
    if (found || comments.length < PAGE) return found;
  }
}

async function call(pull: PullRequest, method: string, path: string, body?: object) {
  const answer = await ask(`${pull.api}/repos/${pull.repository}/${path}`, {
    method,
    headers: githubHeaders(pull.token),
    ...(body && { body: JSON.stringify(body) }),
    seconds: 30,
  });
  if (answer.status >= 200 && answer.status < 300) return answer.json;
  throw new Error(`${method} ${path}: GitHub ${outcome(answer)}`);
}
