import * as pulumi from "@pulumi/pulumi";
import { ask as askOnce, below, type Answer as HttpAnswer, startOf } from "../../http/ask.ts";
import {
  askPatiently,
  type Surroundings as Machine,
  thisMachine as machine,
} from "../../http/patience.ts";

/** Grafana Cloud's HTTP API, and the token that it is asked with. */
export interface CloudApi {
  /** Without the path: `https://grafana.com`. */
  url: string;
  token: string;
}

/** What the asking needs of this machine; a test gives its own. */
export interface Surroundings extends Machine {
  /** Tells the operator what is being waited for. */
  say(text: string): void;
}

/** An answer of the API; of no other, such as a login page, there is status 0 and the reason. */
export interface Answer extends HttpAnswer {
  body: Record<string, unknown>;
}

/** For how long an answer that may yet come or change is waited for, in s. */
export const PATIENCE = 60;

export const thisMachine: Surroundings = {
  ...machine,
  say: (text) => void pulumi.log.info(text),
};

/** Asks until there is an answer that will not change by itself, a minute at most, as the API asks to wait. */
export function ask(
  { url, token }: CloudApi,
  path: string,
  { fetch, say, ...clock }: Surroundings = thisMachine,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  // A redirect to another host would lose the token and read as a wrong one.
  const request = { headers, redirect: "manual", fetch } as const;
  const once = () => askOnce(below(url, `api${path}`), request).then(ofTheApi);
  const tell = (answer: Answer, seconds: number) =>
    say(`${url}: ${statusOf(answer)}; asking again in ${seconds} s`);
  return askPatiently(once, { seconds: PATIENCE, say: tell }, clock);
}

/** `503 Service Unavailable`, or why there was no answer. */
export function statusOf({ status, reason }: Answer): string {
  return status === 0 ? reason : `${status} ${reason}`.trim();
}

/** What the API says of an error, without the token, should it repeat that. */
export function messageOf({ body }: Answer, { token }: CloudApi): string {
  return typeof body.message === "string" ? startOf(body.message.replaceAll(token, "<token>")) : "";
}

function ofTheApi(answer: HttpAnswer): Answer {
  const { status, json } = answer;
  if (typeof json === "object" && json !== null) return { ...answer, body: { ...json } };
  if (status < 200 || status > 299) return { ...answer, body: {} };
  return { ...answer, status: 0, reason: "does not answer as Grafana Cloud's API does", body: {} };
}
