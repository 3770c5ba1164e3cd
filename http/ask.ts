/** What a server said, or why it said nothing. */
export interface Answer {
  /** 0: there was no answer. */
  status: number;
  /** `Forbidden`; of no answer, why: `did not answer within 10 s`. */
  reason: string;
  /** By names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** The text as JSON; undefined if it is something else, as a gateway's page is. */
  json: unknown;
}

export interface Request extends Omit<RequestInit, "signal"> {
  /** Time limit for the whole answer, in s; default: 10. */
  seconds?: number;
  /** This machine's, unless a test gives its own. */
  fetch?: typeof fetch;
}

/** Asks once. Never throws for what the network or the server does. */
export async function ask(
  url: string,
  { seconds = 10, fetch = globalThis.fetch, ...init }: Request = {},
): Promise<Answer> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(seconds * 1000) });
    const text = await answer.text();
    const headers = Object.fromEntries(answer.headers);
    const { status, statusText: reason } = answer;
    return { status, reason, headers, text, json: jsonOf(text) };
  } catch (error) {
    const late = (error as Error).name === "TimeoutError";
    const reason = late
      ? `did not answer within ${seconds} s`
      : `could not be reached: ${innermost(error as Failure)}`;
    return { status: 0, reason, headers: {}, text: "", json: undefined };
  }
}

type Failure = Error & { cause?: Failure; errors?: Failure[]; code?: string };

/** `fetch failed` says nothing; its cause does, or of a name with several addresses the first one's. */
function innermost({ cause, errors, message, code, name }: Failure): string {
  const inner = cause ?? errors?.[0];
  if (inner) return innermost(inner);
  // The message repeats the header, which may hold a token.
  if (/invalid header value/.test(message))
    return "a header contains characters that can't be sent";
  return message || code || name;
}

/** What a JSON text says; undefined if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `answered 503: upstream down`, or why there was no answer. */
export function outcome({ status, reason, text }: Answer): string {
  if (status === 0) return reason;
  const start = startOf(text);
  return `answered ${status}${start && `: ${start}`}`;
}

/** As much of a text as an error message has room for, in one line. */
export function startOf(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, 200);
}

/** No answer, a rate limit, or a fault of the server's own. */
export function mayPass({ status }: Answer): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** How long the server asks to wait, in s: the header `Retry-After`, seconds or a date. */
export function retryAfter({ headers }: Answer): number | undefined {
  const header = headers["retry-after"];
  if (!header) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/** An address below a base URL, which may end in a slash. */
export function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, "")}/${path}`;
}

/** The header for a user name and a password. */
export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
