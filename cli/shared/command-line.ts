import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Described, helpText, type Option, synopsis } from "./help.ts";
import type { Console } from "./terminal.ts";

/** How each command ends: all is well; something failed or is to be fixed; it was not understood. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

type Options = Readonly<Record<string, Option>>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>["values"];

/** What a command takes from its command line. */
export interface CommandLine<O extends Options, Arguments> extends Described {
  /** `--help` is added. */
  options: O;
  /** Throws `WrongUsage`. `words` are those besides the options, where the help names some. */
  read(values: Values<O>, words: string[]): Arguments;
}

/** Arguments that can't be understood; the message says which, for the operator. */
export class WrongUsage extends Error {}

/** Options that several commands take. */
export const stackOption = {
  stack: { type: "string", value: "NAME", required: true, help: "the stack, one for each host" },
} as const;
export const yesOption = {
  yes: { type: "boolean", default: false, help: "does not ask before changing something" },
} as const;
export const jsonOption = {
  json: { type: "boolean", default: false, help: "prints the results as JSON on standard output" },
} as const;
export const timeoutOption = {
  timeout: {
    type: "string",
    value: "SECONDS",
    help: "how long to wait for each signal",
  },
} as const;

/** Gives `read` the types of the options. */
export function commandLine<const O extends Options, Arguments>(
  line: CommandLine<O, Arguments>,
): CommandLine<O, Arguments> {
  return line;
}

/** The stack that was named. */
export function namedStack({ stack }: { stack?: string }): string {
  if (!stack) throw new WrongUsage("--stack is missing");
  return stack;
}

/** The value of `--timeout`, in s; undefined where it is left out. */
export function timeoutSeconds({ timeout }: { timeout?: string }): number | undefined {
  if (timeout !== undefined && !/^\d{1,6}$/.test(timeout)) {
    throw new WrongUsage(`--timeout must be whole seconds, not ${JSON.stringify(timeout)}`);
  }
  return timeout === undefined ? undefined : Number(timeout);
}

/** `--stack NAME [--json]`, all that a command takes which looks at one stack. */
export function stackLine({ name, help }: Omit<Described, "options">) {
  return commandLine({
    name,
    help,
    options: { ...stackOption, ...jsonOption },
    read: (values) => ({ stack: namedStack(values), json: values.json }),
  });
}

/** Runs a command with the arguments of its command line and answers its exit code; whatever fails is one line. */
export async function runCommand<O extends Options, Arguments>(
  line: CommandLine<O, Arguments>,
  args: string[],
  { out, say }: Pick<Console, "out" | "say">,
  work: (understood: Arguments) => Promise<number>,
): Promise<number> {
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    out(`${helpText(line)}\n`);
    return exitCodes.ok;
  }
  try {
    return await work(understand(line, args));
  } catch (error) {
    say(`${line.name}: ${error instanceof Error ? error.message : error}`);
    if (!(error instanceof WrongUsage)) return exitCodes.failed;
    say(`\n${synopsis(line)}\n       npm run ${line.name} -- --help says more`);
    return exitCodes.usage;
  }
}

function understand<O extends Options, Arguments>(
  { name, help, options, read }: CommandLine<O, Arguments>,
  args: string[],
): Arguments {
  const { values, positionals } = parsed(args, options);
  // `npm run verify --stack svlnas`: npm takes the option for its own and hands on what follows it.
  if (!help.words && positionals.length > 0) {
    throw new WrongUsage(
      `${JSON.stringify(positionals[0])} is not an option. npm needs -- before options: npm run ${name} -- --stack NAME`,
    );
  }
  return read(values as Values<O>, positionals);
}

function parsed(args: string[], options: ParseArgsConfig["options"]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // Node's second sentence is about positional arguments.
    const [reason] = error instanceof Error ? error.message.split(". ") : [String(error)];
    throw new WrongUsage(reason);
  }
}
