import { parseArgs } from "node:util";

/** What can be measured alone: the program's start, or what the tools do with containers. */
export const parts = ["start", "up"] as const;
type Part = (typeof parts)[number];

/** What one run of the benchmark is asked for. */
export interface Options {
  /** How often everything is measured; the tools take turns. */
  runs: number;
  /** Parts that are measured. */
  parts: readonly Part[];
  /** Only installs what the other tools need; nothing is measured. */
  prepare: boolean;
  /** File that all measured values are written to as JSON. */
  json?: string;
}

export const usage = `usage: make bench ARGS="[--runs N] [--only PART] [--prepare] [--json FILE]"

  --runs N     how often everything is measured, 5 unless told
  --only PART  measures a part and leaves docs/benchmarks.md alone: ${parts.join(" or ")}
  --prepare    installs docker-compose and Ansible, and ends
  --json FILE  writes every measured value there`;

/** The options of a command line, or undefined where help is asked for. Throws on what it can't understand. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "5" },
      only: { type: "string" },
      prepare: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    runs: runsOf(values.runs),
    parts: values.only === undefined ? parts : [partOf(values.only)],
    prepare: values.prepare,
    ...(values.json !== undefined && { json: values.json }),
  };
}

function runsOf(text: string): number {
  const runs = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (runs >= 1) return runs;
  throw new Error(`--runs must be a whole number from 1 to 999, not ${JSON.stringify(text)}`);
}

function partOf(text: string): Part {
  const part = parts.find((name) => name === text);
  if (part) return part;
  throw new Error(`--only must be ${parts.join(" or ")}, not ${JSON.stringify(text)}`);
}
