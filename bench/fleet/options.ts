import { parseArgs } from "node:util";

/** What is measured. */
export interface Options {
  /** Numbers of hosts. */
  hosts: number[];
  /** How many hosts are worked on at a time. */
  parallel: number[];
  /** What one operation on a simulated host takes, in ms. */
  delay: number;
  /** Parts to run. */
  parts: Part[];
  /** File for all numbers. */
  json?: string;
}

const parts = ["proof", "ways", "grid"] as const;

type Part = (typeof parts)[number];

export const usage = `usage: make bench-fleet [ARGS="--hosts 5,10,25,50 --parallel 1,4,8 --delay 50 --parts proof,ways,grid --json FILE"]

  proof  50 hosts of which 3 fail: table, exit code, and a run that resumes these alone
  ways   programs in workers, in one process, and as a child process a host, side by side
  grid   time and memory for each number of hosts and at a time

--delay: what an operation on a simulated host takes, in ms.`;

/** The options of a command line, or nothing when help is wanted. Throws one sentence for wrong ones. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      hosts: { type: "string", default: "5,10,25,50" },
      parallel: { type: "string", default: "1,4,8" },
      delay: { type: "string", default: "50" },
      parts: { type: "string", default: parts.join(",") },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    hosts: list(values.hosts).map((text) => whole("--hosts", text, 1, 500)),
    parallel: list(values.parallel).map((text) => whole("--parallel", text, 1, 64)),
    delay: whole("--delay", values.delay, 0, 60_000),
    parts: list(values.parts).map(part),
    ...(values.json !== undefined && { json: values.json }),
  };
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function part(text: string): Part {
  const known = parts.find((name) => name === text);
  if (!known) throw new Error(`--parts: ${text} is none of ${parts.join(", ")}`);
  return known;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(
    `${name} must be whole numbers from ${least} to ${most}, not ${JSON.stringify(text)}`,
  );
}
