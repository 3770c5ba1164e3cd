import { chaos } from "./chaos.ts";
import { check } from "./check.ts";
import { down } from "./down.ts";
import { say } from "./progress.ts";
import { up } from "./up.ts";
import { verifyLab } from "./verify.ts";

const commands: Record<string, () => Promise<void>> = {
  ...{ up, verify: verifyLab, down, test: check, chaos },
};

const name = process.argv[2] ?? "";
const command = commands[name];
if (!command) {
  say(`usage: make ${Object.keys(commands).join(" | make ")}`);
  process.exit(2);
}
try {
  await command();
} catch (error) {
  say(`make ${name} failed: ${error instanceof Error ? error.message : error}`);
  // What runs beside the step that failed ends, too.
  process.exit(1);
}
