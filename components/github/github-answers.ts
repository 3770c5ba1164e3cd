import type * as github from "@pulumi/github";
import { ask, below, jsonOf } from "../../http/ask.ts";
import type { GithubAnswer, GithubAnswers, NoAnswer } from "./github-check.ts";

/**
 * Asks GitHub through the provider, in previews too, each question once. Not where nobody answers: the
 * plugin crashes then, and the engine ends the whole program without a word about why.
 */
export async function askThrough(
  provider: github.Provider,
  apiUrl: string,
  questions: string[],
): Promise<GithubAnswers> {
  const problem = await unreachable(apiUrl);
  if (problem) return Object.fromEntries(questions.map((question) => [question, { problem }]));
  const { getRestApi } = await import("@pulumi/github");
  const answers = questions.map((endpoint) =>
    getRestApi({ endpoint }, { provider }).then(answerOf, answerInError),
  );
  const all = await Promise.all(answers);
  return Object.fromEntries(
    questions.map((question, index) => [question, all[index]]),
  ) as GithubAnswers;
}

/** Why nobody answers at a base URL; nothing if somebody does, whatever the answer is. */
async function unreachable(apiUrl: string): Promise<string | undefined> {
  // The one path that counts against no limit.
  const url = below(apiUrl, "rate_limit");
  const { status, reason } = await ask(url);
  return status === 0 ? `${url} ${reason}` : undefined;
}

type Result = Pick<github.GetRestApiResult, "code" | "headers" | "body">;

/** An answer as the provider hands it on: headers as lists by canonical name, both as JSON. */
export function answerOf({ code, headers, body }: Result): GithubAnswer | NoAnswer {
  // The provider gives nothing at all of an answer that has no `x-github-request-id`.
  if (!code) return { problem: "what answers at github.apiUrl is not GitHub's REST API" };
  const lists = Object.entries(JSON.parse(headers) as Record<string, string[]>);
  return {
    status: code,
    headers: Object.fromEntries(
      lists.map(([name, values]) => [name.toLowerCase(), values.join(", ")]),
    ),
    body: jsonOf(body),
  };
}

/** The provider throws for every status above 299 but 404, and keeps it as text: `GET url: 401 Bad credentials []`. */
export function answerInError(error: Error): GithubAnswer | NoAnswer {
  const [, status, said = ""] = /: ([345]\d\d) ([^\n]*)/.exec(error.message) ?? [];
  const message = withoutSecrets(said.replace(/ *\[[^\]]*\] *$/, ""));
  if (status) return { status: Number(status), headers: {}, body: { message } };
  const lines = error.message.split("\n").map((line) => line.trim());
  const reason = lines.find((line) => line.startsWith("* "))?.slice(2) ?? lines.find(Boolean);
  return { problem: withoutSecrets(reason ?? "no reason given").replace(/\.$/, "") };
}

function withoutSecrets(text: string): string {
  return text.replace(/\b(github_pat|gh[a-z])_\w+/g, "[secret]");
}
