import { verifyFacts } from "../../../components/destinations/verify-target.ts";
import { settings } from "../../../config/schema.ts";
import type { Token, VerifyFacts } from "../../../telemetry/facts.ts";
import { completed, completedLocal } from "../../support/stack-files.ts";

/** One that ends long after these tests, and one whose end is not known. */
export const tokens: Token[] = [
  {
    name: "Grafana Cloud, pushes",
    expiresAt: "2099-01-31T12:00:00Z",
    renewDays: 30,
    renew: "`pulumi up --stack svlnas` makes a new one.",
  },
  {
    name: "GitHub",
    renewDays: 14,
    renew: "`pulumi config set --secret grafana-alloy:githubToken` and `pulumi up`.",
  },
];

/** Facts without anything but a host. */
export const bareFacts: VerifyFacts = {
  host: "svlnas",
  pipelines: [],
  postgres: [],
  logs: {
    exclude: { containers: [], composeServices: [] },
    redact: { patterns: [], expressions: [] },
  },
  tokens: [],
};

/** Facts of a committed stack, from its settings as the program exports them. */
export function factsOf(stack: "svlnas" | "svlazext" | "local"): VerifyFacts {
  const parsed = settings.parse(stack === "local" ? completedLocal() : completed(stack));
  return verifyFacts(parsed, tokens);
}
