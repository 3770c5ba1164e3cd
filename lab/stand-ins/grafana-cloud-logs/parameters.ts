import { mod, nowNs, parseDuration, SECOND } from "./times.ts";

/** A parameter that Loki would refuse. */
export class ParameterFault extends Error {}

const HOUR = 3600n * SECOND;
const MAX_LINES = 5000;
const MAX_POINTS = 11_000n;
const MAX_HOURS = 721n;

/** ns of a time in s with decimals, s, or ns; now unless told. */
function timeOf(parameters: URLSearchParams, name: string, otherwise = nowNs()): bigint {
  const text = parameters.get(name);
  if (!text) return otherwise;
  if (/^\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1000)) * (SECOND / 1000n);
  if (/^\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * SECOND : BigInt(text);
  throw new ParameterFault(`could not parse '${name}' parameter: ${text}`);
}

/** The time of an instant query. */
export const instant = (parameters: URLSearchParams): bigint => timeOf(parameters, "time");

/** From when to when; the last hour unless told. */
function span(parameters: URLSearchParams): { start: bigint; end: bigint } {
  const end = timeOf(parameters, "end");
  const start = timeOf(parameters, "start", end - HOUR);
  if (end < start) {
    throw new ParameterFault("end timestamp must not be before or equal to start time");
  }
  if (end - start <= MAX_HOURS * HOUR) return { start, end };
  const length = `${(end - start) / HOUR}h0m0s`;
  throw new ParameterFault(
    `the query time range exceeds the limit (query length: ${length}, limit: 30d1h)`,
  );
}

/** The times at which a range query is answered: at multiples of its step, as Loki's frontend asks. */
export function steps(parameters: URLSearchParams): { start: bigint; end: bigint; step: bigint } {
  const { start, end } = span(parameters);
  const text = parameters.get("step") ?? "";
  const step = /^\d/.test(text) ? parseDuration(/\D$/.test(text) ? text : `${text}s`) : undefined;
  if (!step) throw new ParameterFault(`cannot parse "${text}" to a valid duration`);
  if ((end - start) / step > MAX_POINTS) {
    throw new ParameterFault(
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
    );
  }
  return { start: start - mod(start, step), end: end - mod(end, step), step };
}

/** Of which time the newest lines are asked for, and how many. */
export function newest(parameters: URLSearchParams): { start: bigint; end: bigint; limit: number } {
  const limit = Number(parameters.get("limit") || 100);
  if (limit > MAX_LINES) {
    throw new ParameterFault(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_LINES})`,
    );
  }
  return { ...span(parameters), limit };
}
