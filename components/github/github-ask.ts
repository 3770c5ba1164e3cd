import { networkProblem } from "./github-answers.ts";
import type { GithubAnswer, NoAnswer } from "./github-check.ts";

/** How long GitHub may take for an answer, in ms. */
const TIMEOUT = 20_000;

/** Asks GitHub's REST API with a token. */
export type Ask = (method: "GET" | "POST", path: string) => Promise<GithubAnswer | NoAnswer>;

/** A way to ask the API at `apiUrl` with a token, which appears in no answer. A POST has an empty object. */
export function askWith(apiUrl: string, token: string, timeout = TIMEOUT): Ask {
  return async (method, path) => {
    try {
      const response = await fetch(`${apiUrl.replace(/\/+$/, "")}/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/vnd.github+json",
          "x-github-api-version": "2022-11-28",
        },
        body: method === "POST" ? "{}" : undefined,
        signal: AbortSignal.timeout(timeout),
      });
      const body = await response.text();
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, headers, body: jsonOf(body) };
    } catch (error) {
      return { problem: `${apiUrl}: ${networkProblem(error)}` };
    }
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A gateway between here and GitHub answers in HTML: its status is told, its body is of no use.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
