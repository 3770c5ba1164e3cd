import { parseArgs } from "node:util";

export interface StackArguments {
  stack: string;
  json: boolean;
}

/** `--stack NAME [--json]`, all that a command takes which looks at one stack; or what to print instead. */
export function stackArguments(
  command: string,
  usage: string,
  args: string[],
): StackArguments | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    if (!values.stack) return `${command}: --stack is missing\n\n${usage}`;
    return { stack: values.stack, json: values.json };
  } catch (error) {
    return `${command}: ${error instanceof Error ? error.message : error}\n\n${usage}`;
  }
}
