import { existsSync } from "node:fs";
import { down } from "../lab/down.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { labDir } from "../lab/paths.ts";

/** Runs `work` in a lab that is taken down again unless it was up before. */
export async function inLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const wasUp = existsSync(labDir);
  try {
    const lab = await startLab();
    try {
      return await work(lab);
    } finally {
      await lab.close();
    }
  } finally {
    if (!wasUp) await down();
  }
}
