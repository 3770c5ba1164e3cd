import { mod, nowNs, parseDuration, parseRfc3339, SECOND } from "./times.ts";

/** A parameter that Loki would refuse. */
export class ParameterFault extends Error {}

const HOUR = 3600n * SECOND;
const MAX_LINES = 5000;
const MAX_POINTS = 11_000n;
const MAX_HOURS = 721n;

/** ns of a time in any of Loki's forms: s with decimals, s, ns, RFC 3339. */
function parseTime(text: string, name: string): bigint {
  if (/^-?\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1000)) * 1_000_000n;
  if (/^-?\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * SECOND : BigInt(text);
  const time = parseRfc3339(text);
  if (time === undefined) throw new ParameterFault(`could not parse '${name}' parameter: ${text}`);
  return time;
}

/** The time of an instant query. */
export function instant(parameters: URLSearchParams): bigint {
  const time = parameters.get("time");
  return time ? parseTime(time, "time") : nowNs();
}

/** From when to when; the last hour unless told. */
export function span(parameters: URLSearchParams, hours = 1n): { start: bigint; end: bigint } {
  const [start, end, since] = ["start", "end", "since"].map((name) => parameters.get(name));
  const until = end ? parseTime(end, "end") : nowNs();
  const length = since ? parseDuration(since) : hours * HOUR;
  if (!length) throw new ParameterFault(`could not parse 'since' parameter: ${since}`);
  const found = { start: start ? parseTime(start, "start") : until - length, end: until };
  if (found.end < found.start) {
    throw new ParameterFault("end timestamp must not be before or equal to start time");
  }
  if (found.end - found.start > MAX_HOURS * HOUR) {
    const hours = (found.end - found.start) / HOUR;
    throw new ParameterFault(
      `the query time range exceeds the limit (query length: ${hours}h0m0s, limit: 30d1h)`,
    );
  }
  return found;
}

/** The times at which a range query is answered: at multiples of its step, as Loki's frontend asks. */
export function steps(parameters: URLSearchParams): { start: bigint; end: bigint; step: bigint } {
  const { start, end } = span(parameters);
  const text = parameters.get("step");
  const step = text ? parseStep(text) : defaultStep(end - start);
  if (step <= 0n) {
    throw new ParameterFault(
      "zero or negative query resolution step widths are not accepted. Try a positive integer",
    );
  }
  if ((end - start) / step > MAX_POINTS) {
    throw new ParameterFault(
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
    );
  }
  return { start: start - mod(start, step), end: end - mod(end, step), step };
}

function parseStep(text: string): bigint {
  if (/^-?\d+(\.\d+)?$/.test(text)) return BigInt(Math.round(Number(text) * 1e9));
  const step = parseDuration(text);
  if (step === undefined) throw new ParameterFault(`cannot parse "${text}" to a valid duration`);
  return step;
}

function defaultStep(length: bigint): bigint {
  const seconds = length / SECOND / 250n;
  return (seconds > 0n ? seconds : 1n) * SECOND;
}

/** How many lines, and which end of the time first. */
export function lineOrder(parameters: URLSearchParams): { limit: number; backward: boolean } {
  const limit = Number(parameters.get("limit") || 100);
  if (!Number.isInteger(limit) || limit <= 0) {
    throw new ParameterFault("limit must be a positive value");
  }
  if (limit > MAX_LINES) {
    throw new ParameterFault(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_LINES})`,
    );
  }
  const direction = (parameters.get("direction") || "backward").toLowerCase();
  if (direction !== "backward" && direction !== "forward") {
    throw new ParameterFault(`invalid direction '${direction}'`);
  }
  return { limit, backward: direction === "backward" };
}
