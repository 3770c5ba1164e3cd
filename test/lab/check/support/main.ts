import { join } from "node:path";
import { heedInterrupts } from "../../../../lab/check/interrupt.ts";
import { testInLabs } from "../../../../lab/check/labs.ts";

/** As `make test` does it, with files and a worker of a test. Prints the reports. */

heedInterrupts();
try {
  const reports = await testInLabs(
    2,
    process.argv.slice(2),
    join(import.meta.dirname, "worker.ts"),
  );
  process.stdout.write(JSON.stringify(reports));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
