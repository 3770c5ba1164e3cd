import { pulumiEngine } from "../../../lab/pulumi.ts";

/** Builds the engine before the first test: from cold that takes longer than any test may. */
export default async function setup(): Promise<void> {
  await pulumiEngine();
}
