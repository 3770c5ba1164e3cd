import { command } from "./command.ts";
import { targetOfStack } from "./outputs.ts";

/** Width where standard output is no terminal, in columns. */
const NO_TERMINAL = 120;

process.exitCode = await command(process.argv.slice(2), {
  target: targetOfStack,
  out: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`${line}\n`),
  terminal: {
    width: process.stdout.columns ?? NO_TERMINAL,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
  },
});
