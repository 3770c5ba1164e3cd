import { below, ask as send } from "../../http/ask.ts";
import type { GithubAnswer, GithubAnswers, NoAnswer } from "./github-check.ts";

/** Asks GitHub's REST API with a token. */
export type Ask = (method: "GET" | "POST", path: string) => Promise<GithubAnswer | NoAnswer>;

/** What GitHub's REST API wants with every call. */
export function githubHeaders(token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  };
}

/** A way to ask the API at `apiUrl` with a token, which appears in no answer. A POST has an empty object. */
export function askWith(apiUrl: string, token: string): Ask {
  const headers = githubHeaders(token);
  return async (method, path) => {
    const body = method === "POST" ? "{}" : undefined;
    const answer = await send(below(apiUrl, path), { method, headers, body, seconds: 10 });
    const { status, reason, json } = answer;
    if (status === 0) return { problem: `${apiUrl} ${reason}` };
    if (status < 300 && json === undefined)
      return { problem: `${apiUrl} is not GitHub's REST API` };
    return { status, headers: answer.headers, body: json };
  };
}

/** Asks all questions at once: where nobody answers, they end together. */
export async function askAll(ask: Ask, questions: string[]): Promise<GithubAnswers> {
  const pairs = questions.map(async (question) => [question, await ask("GET", question)]);
  return Object.fromEntries(await Promise.all(pairs));
}
