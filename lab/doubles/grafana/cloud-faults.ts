import type { ApiAnswer, ApiRequest } from "./cloud-api.ts";

/** How the simulated Grafana Cloud misbehaves. */
export interface Fault {
  /** Requests that it meets, as `METHOD /path`; left out: all. */
  on?: RegExp;
  /** How many of them; left out: all until `clear`. */
  times?: number;
  /** Answered in place of what is true. */
  status?: number;
  /** Value of the header `Retry-After`. */
  retryAfter?: string;
  /** What the error says. */
  message?: string;
  /** Answered so many ms late. */
  delay?: number;
  /** The connection ends without an answer. */
  hangUp?: boolean;
  /** The request is carried out all the same: only its answer is lost. */
  done?: boolean;
}

/** The faults that a simulated Grafana Cloud was told, in order. */
export class Faults {
  #told: Fault[] = [];

  tell(fault: Fault): void {
    this.#told.push({ ...fault });
  }

  clear(): void {
    this.#told = [];
  }

  /** The fault that a request meets, which is then one time less to come. */
  meet({ method, path }: ApiRequest): Fault | undefined {
    const fault = this.#told.find(({ on }) => !on || on.test(`${method} ${path}`));
    if (fault?.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) this.#told = this.#told.filter((one) => one !== fault);
    }
    return fault;
  }
}

const codes: Record<number, [code: string, message: string]> = {
  401: ["InvalidCredentials", "Token invalid"],
  403: ["Forbidden", "You do not have permission to perform the requested action."],
  404: ["NotFound", "Not found"],
  409: ["Conflict", "Conflict"],
  429: ["TooManyRequests", "Rate limit exceeded"],
};

/** What is answered in place of the truth. */
export function faultAnswer({ status = 500, retryAfter, message }: Fault): ApiAnswer {
  const [code, text] = codes[status] ?? ["InternalServerError", "Something went wrong"];
  return {
    status,
    ...(retryAfter ? { headers: { "retry-after": retryAfter } } : {}),
    body: { code, message: message ?? text, requestId: "fault" },
  };
}
