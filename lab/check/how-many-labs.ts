import { availableParallelism, freemem } from "node:os";
import { foreignEngine } from "../docker-engine.ts";
import { hostProgram } from "../host-programs.ts";
import { say } from "../progress.ts";
import { noNamespaces } from "./namespace.ts";

/** Tests wait for scrapes and health checks half of their time: one more than cores keeps these busy. */
const most = availableParallelism() + 1;
/** What a lab takes with its sinks, databases, agent and tests. */
const BYTES = 2.5 * 2 ** 30;

/** How many labs to run tests in; `LABS=1 make test` uses the one of `make up`. */
export async function howManyLabs(): Promise<number> {
  const wanted = Number(process.env.LABS ?? Math.min(most, Math.floor(freemem() / BYTES)));
  const why = wanted > 1 ? await notSideBySide() : "LABS or free memory allows no more";
  if (!why) return wanted;
  say(`tests run in one lab: ${why}`);
  return 1;
}

async function notSideBySide(): Promise<string | undefined> {
  const engine = await foreignEngine();
  if (engine) return `${engine} is used, and there is only one`;
  if (process.getuid?.() !== 0) return "only root can run several side by side";
  await hostProgram("ip");
  return noNamespaces();
}
