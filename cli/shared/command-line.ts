import { type ParseArgsConfig, parseArgs } from "node:util";

/** How each command ends: all is well; something failed or is to be mended; it was not understood. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>["values"];

/** What a command takes from its command line. */
export interface CommandLine<O extends Options, Arguments> {
  /** Stands before every fault. */
  name: string;
  /** What `--help` prints, and what follows a fault. */
  usage: string;
  /** As `util.parseArgs` takes them; `--help` is added. */
  options: O;
  /** Whether there are words besides the options. */
  positionals?: true;
  /** Throws `WrongUsage`. */
  read(values: Values<O>, positionals: string[]): Arguments;
}

/** Arguments that can't be understood; the message says which, for the operator. */
export class WrongUsage extends Error {}

/** Options that several commands take. */
export const stackOption = { stack: { type: "string" } } as const;
export const yesOption = { yes: { type: "boolean", default: false } } as const;
export const jsonOption = { json: { type: "boolean", default: false } } as const;
export const timeoutOption = { timeout: { type: "string" } } as const;

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
export function stackLine(name: string, usage: string) {
  return commandLine({
    name,
    usage,
    options: { ...stackOption, ...jsonOption },
    read: (values) => ({ stack: namedStack(values), json: values.json }),
  });
}

/** Runs a command with the arguments of its command line and answers its exit code; whatever fails is one line. */
export async function runCommand<O extends Options, Arguments>(
  line: CommandLine<O, Arguments>,
  args: string[],
  { say }: { say(line: string): void },
  work: (understood: Arguments) => Promise<number>,
): Promise<number> {
  const understood = understand(line, args);
  if (!("arguments" in understood)) {
    say(understood.answer);
    return understood.exitCode;
  }
  try {
    return await work(understood.arguments);
  } catch (error) {
    say(`${line.name}: ${error instanceof Error ? error.message : error}`);
    return error instanceof WrongUsage ? exitCodes.usage : exitCodes.failed;
  }
}

type Understood<Arguments> = { arguments: Arguments } | { answer: string; exitCode: number };

function understand<O extends Options, Arguments>(
  { name, usage, options, positionals: allowPositionals, read }: CommandLine<O, Arguments>,
  args: string[],
): Understood<Arguments> {
  const help: Options = { help: { type: "boolean", short: "h" } };
  try {
    const parsed = parseArgs({ args, options: { ...options, ...help }, allowPositionals });
    if ("help" in parsed.values) return { answer: usage, exitCode: exitCodes.ok };
    return { arguments: read(parsed.values as Values<O>, parsed.positionals) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return { answer: `${name}: ${reason}\n\n${usage}`, exitCode: exitCodes.usage };
  }
}
