import type { VerifyFacts } from "../../../cli/verify/facts.ts";
import { verifyFacts } from "../../../components/verify-target.ts";
import { settings } from "../../../config/schema.ts";
import { completed, completedLocal } from "../../support/stack-files.ts";

/** Facts of a committed stack, from its settings as the program exports them. */
export function factsOf(stack: "svlnas" | "svlazext" | "local"): VerifyFacts {
  return verifyFacts(settings.parse(stack === "local" ? completedLocal() : completed(stack)));
}
