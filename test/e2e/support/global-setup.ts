import { startLab } from "../../../lab/lab.ts";

/** Builds and starts the lab before the first test: from cold that takes longer than any test may. */
export default async function setup(): Promise<void> {
  const lab = await startLab();
  await lab.close();
}
