import { execa } from "execa";
import { processesOf } from "../../../lab/processes.ts";

/** Runs a command where the engine's mounts are: the lab's engine has a mount namespace of its own. */
export async function inDockerd(command: string[], options: { reject?: boolean } = {}) {
  const [pid] = await processesOf("dockerd");
  return execa("nsenter", ["--mount", `--target=${pid}`, ...command], options);
}
