import { parseArgs } from "node:util";

/** What one run of the benchmark is asked for. */
export interface Options {
  /** Length of the measurement, in minutes. */
  minutes: number;
  /** Containers that write a line a second, beside those of the lab. */
  containers: number;
  /** Time between the start of both agents and the measurement, in minutes. */
  warmUp: number;
  /** File that the figures are written to as JSON. */
  json?: string;
}

export const usage = `usage: make bench-footprint ARGS="[--minutes N] [--containers N] [--warm-up N] [--json FILE]"

  --minutes N     length of the measurement, 15 unless told
  --containers N  containers that write a line a second, 30 unless told
  --warm-up N     minutes from the agents' start to the measurement, 2 unless told
  --json FILE     writes the figures there too`;

/** The options of a command line, or undefined where help is asked for. Throws on what it can't understand. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "15" },
      containers: { type: "string", default: "30" },
      "warm-up": { type: "string", default: "2" },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    minutes: whole("--minutes", values.minutes, 1, 1440),
    containers: whole("--containers", values.containers, 0, 99),
    warmUp: whole("--warm-up", values["warm-up"], 0, 60),
    ...(values.json !== undefined && { json: values.json }),
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(
    `${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`,
  );
}
