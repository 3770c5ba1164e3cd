import { on } from "node:events";
import { rm } from "node:fs/promises";
import { stopDockerEngine } from "../docker-engine.ts";
import { startLab } from "../lab.ts";
import { labDir } from "../paths.ts";
import { heedInterrupts } from "./interrupt.ts";
import { startNameserver } from "./nameserver.ts";
import { vitest } from "./vitest.ts";

/** The lab of labs.ts: it starts, and then runs one file of tests after the other, as it is told. */

heedInterrupts();
const tasks = on(process, "message", { close: ["disconnect"] });
// Nobody reads it any more once the parent has been killed, and the lab still has to be taken down.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});

await rm(labDir, { recursive: true, force: true });
const nameserver = await startNameserver(53);
try {
  await tasks.next();
  const lab = await startLab();
  await lab.close();
  process.send?.("started");
  for await (const [file] of tasks) process.send?.(await vitest("e2e", [file]));
} finally {
  await stopDockerEngine();
  nameserver.close();
  await rm(labDir, { recursive: true, force: true });
}
