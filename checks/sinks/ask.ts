import { type Answer, basic, ask as send } from "../../http/ask.ts";
import { askPatiently, type Surroundings, thisMachine } from "../../http/patience.ts";

/** A sink and with what it is asked. */
interface AskedSink {
  /** Push URL. */
  url: string;
  username: string;
  /** Secret. */
  password: string;
}

export interface SinksRequest {
  /** Pulumi's stack, for the command that tries again. */
  stack: string;
  metrics: AskedSink;
  logs: AskedSink;
  /**
   * Until when a sink may refuse the tokens before that is meant, RFC 3339: a new one is not known everywhere at
   * once. Left out: a refusal is meant.
   */
  newUntil?: string;
}

/** Both take the tokens; or one of them did not say, since it can't be reached from here or has troubles of its own. */
export type SinksAnswer = "taken" | "unclear";

/** A push of nothing, which is a sample or a line nowhere, but wants the same rights. */
const pushes = {
  metrics: {
    body: new Uint8Array([0]), // Snappy's form of an empty message.
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
  },
  logs: { body: '{"streams":[]}', headers: { "content-type": "application/json" } },
} as const;

/** Asks both sinks whether they take what is pushed with their tokens; answers what they refuse, a sentence each. */
export async function askSinks(
  { stack, metrics, logs, newUntil }: SinksRequest,
  around: Surroundings = thisMachine,
): Promise<{ answer: SinksAnswer; faults: string[] }> {
  const patience = newUntil ? Math.max(0, (Date.parse(newUntil) - Date.now()) / 1000) : 0;
  const [samples, lines] = await Promise.all([
    ask(metrics, "metrics", patience, around),
    ask(logs, "logs", patience, around),
  ]);
  const fault = ({ url }: AskedSink, what: string) =>
    `${url} refuses ${what} with the new token. It was not put on the host. Once that is fixed: pulumi up --stack ${stack}`;
  return {
    answer: samples === "taken" && lines === "taken" ? "taken" : "unclear",
    faults: [
      ...(samples === "refused" ? [fault(metrics, "samples")] : []),
      ...(lines === "refused" ? [fault(logs, "lines")] : []),
    ],
  };
}

async function ask(
  { url, ...login }: AskedSink,
  kind: keyof typeof pushes,
  seconds: number,
  { fetch, ...clock }: Surroundings,
): Promise<SinksAnswer | "refused"> {
  const { body, headers } = pushes[kind];
  const request = { method: "POST", body, redirect: "manual", fetch } as const;
  const once = () =>
    send(url, { ...request, headers: { ...headers, authorization: basic(login) } });
  const again = (answer: Answer) => meaning(answer) === "refused";
  return meaning(await askPatiently(once, { seconds, again, pause: 2 }, clock));
}

/**
 * A sink that finds fault with the contents has let the token in. No answer is no fault: what only the host
 * reaches is proven there.
 */
function meaning({ status }: Answer): SinksAnswer | "refused" {
  if (status === 401 || status === 403) return "refused";
  return (status >= 200 && status < 300) || status === 400 || status === 422 ? "taken" : "unclear";
}
