import type { ParseArgsOptionDescriptor } from "node:util";
import { wrap } from "./wrap.ts";

/** An option as `util.parseArgs` takes it, and what `--help` says of it. */
export interface Option extends ParseArgsOptionDescriptor {
  help: string;
  /** What its value is called: `NAME`. */
  value?: string;
  /** The command does not run without it. */
  required?: true;
}

interface Help {
  /** What the command does. */
  about: string;
  /** The words besides the options: `preview|up`. */
  words?: string;
  /** What follows `npm run NAME -- `, for a use each. */
  examples: readonly string[];
  /** When it ends with 0, and when with 1. */
  ends: { ok: string; failed: string };
}

export interface Described {
  /** As `npm run` takes it; stands before every fault. */
  name: string;
  help: Help;
  options: Readonly<Record<string, Option>>;
}

const WIDTH = 100;
const INDENT = "  ";

const helpOption: Option = { type: "boolean", help: "prints this text" };

/** What `--help` prints. */
export function helpText(command: Described): string {
  const { about, ends } = command.help;
  const codes = `Exit code: 0 when ${ends.ok}, 1 when ${ends.failed}, 2 for wrong usage.`;
  return [
    synopsis(command),
    "",
    ...wrap(about, WIDTH),
    "",
    ...optionLines({ ...command.options, help: helpOption }),
    "",
    "Examples:",
    ...examples(command).map((example) => `${INDENT}${example}`),
    "",
    ...wrap(codes, WIDTH),
  ].join("\n");
}

/** How the command is called. */
export function synopsis({ name, help, options }: Described): string {
  const required = Object.entries(options)
    .filter(([, option]) => option.required)
    .map(([flag, option]) => flagText(flag, option));
  const words = help.words ? [help.words] : [];
  return `usage: npm run ${name} -- ${[...words, ...required, "[options]"].join(" ")}`;
}

/** npm prints lines of its own on standard output: `-s` keeps them out of the JSON. */
function examples({ name, help }: Described): string[] {
  return help.examples.map((args) => {
    const npm = args.includes("--json") ? "npm run -s" : "npm run";
    return `${npm} ${name} -- ${args}`;
  });
}

function optionLines(options: Described["options"]): string[] {
  const flags = Object.entries(options).map(([name, option]) => flagText(name, option));
  const column = INDENT.length + Math.max(...flags.map(({ length }) => length)) + 2;
  return Object.values(options).flatMap(({ help }, index) =>
    wrap(help, WIDTH - column).map((line, row) => {
      const start = row === 0 ? `${INDENT}${flags[index]}` : "";
      return `${start.padEnd(column)}${line}`;
    }),
  );
}

function flagText(name: string, { value }: Option): string {
  return value ? `--${name} ${value}` : `--${name}`;
}
