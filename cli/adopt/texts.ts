import type { Fault } from "../../config/faults.ts";
import type { Outcome } from "./run.ts";
import type { Situation } from "./situation.ts";
import type { Step } from "./steps.ts";

/** All faults as the one message that the operator reads. */
export function faultsText(stack: string, faults: readonly Fault[]): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map(({ path, reason, fix }) => `  ${path}: ${reason}\n    ${fix}`);
  return `adopt: ${count}, nothing was changed on the host of ${stack}.\n${lines.join("\n")}`;
}

/** What will be done, what is taken back when it fails, and what to see to before. */
export function planText(steps: readonly Step[], { notes, resumed, changes }: Situation): string {
  const keeps = changes.some(({ path }) => path.join(".") === "networks.existing");
  return [
    resumed
      ? "An adoption of this host was cut off. What is done again does no harm:"
      : "The plan:",
    ...steps.map(({ title }, index) => `  ${index + 1}. ${title}`),
    "Whatever fails, all of it is taken back, last first, until the old service runs as before.",
    "",
    ...(keeps ? [networksNote] : []),
    ...notes,
    deployerNote,
    "",
  ].join("\n");
}

const networksNote =
  "alloy-frontend and alloy-backend stay as compose made them, with all containers that are in them.";

const deployerNote =
  "Before you say yes: take the service out of whatever deploys it by itself (dccd.sh, a cron job, Watchtower). " +
  "`docker compose up` of it would take the new containers for its own and replace them.";

/** What to do after an adoption that went well. */
export function doneText(stack: string, directory: string): string {
  return [
    `Done. The host of ${stack} runs this program's agent; the old containers are stopped and kept.`,
    `  npm run adopt -- --stack ${stack} --roll-back   puts them back`,
    `  npm run adopt -- --stack ${stack} --clean-up    removes them, after a few days`,
    `Left for you: remove ${directory}/.env, which holds the old passwords, and revoke the old tokens.`,
    "",
  ].join("\n");
}

/** What an adoption that failed came to. */
export function takenBackText({ failure, left }: Outcome): string {
  const lines = left.map(({ undo, reason }) => `  ${undo.title}: ${reason}\n    ${undo.byHand}`);
  const start = failure ? `adopt: ${failure}\n` : "";
  if (left.length === 0) return `${start}The old service is back as it was.`;
  return `${start}Not all could be taken back. Do by hand, in this order:\n${lines.join("\n")}`;
}
