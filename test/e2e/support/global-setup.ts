import { startLab } from "../../../lab/lab.ts";

/**
 * Builds and starts the lab before the first test: from cold that takes longer than any test may. Where
 * LAB_DIR names one, that has been started already.
 */
export default async function setup(): Promise<void> {
  if (process.env.LAB_DIR) return;
  const lab = await startLab();
  await lab.close();
}
