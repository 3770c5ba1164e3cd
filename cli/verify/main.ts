import { command } from "./command.ts";
import { targetOfStack } from "./outputs.ts";
import { terminalOf } from "./terminal.ts";

process.exitCode = await command(process.argv.slice(2), {
  ...terminalOf(process),
  target: targetOfStack,
});
