import { stripVTControlCharacters } from "node:util";
import { masked } from "../../cli/fleet/mask.ts";

export interface Preview {
  stack: string;
  /** What `pulumi preview` printed. */
  log: string;
  /** Address of the workflow's run. */
  run: string;
}

/** GitHub takes 65,536 characters; what stands around the log needs some. */
const MOST = 60_000;

/** Hidden in the comment, so that the next run finds and edits it. */
export function marker(stack: string): string {
  return `<!-- pulumi preview: ${stack} -->`;
}

/** The comment about a preview of one stack. */
export function commentBody({ stack, log, run }: Preview): string {
  // Pulumi masks the stack's secrets; what has the form of a token does not get past here either.
  const text = masked(stripVTControlCharacters(log), []).trimEnd();
  const fence = "`".repeat(Math.max(3, longestRun(text, "`") + 1));
  return [
    marker(stack),
    `### \`${stack}\`: ${headline(text)}`,
    "",
    "<details><summary>Preview</summary>",
    "",
    `${fence}text`,
    shortened(text),
    fence,
    "",
    "</details>",
    "",
    `[Run](${run})`,
    "",
  ].join("\n");
}

/** What a reader wants to know first: a fault, or how many resources change. */
function headline(text: string): string {
  const fault = /^\s*error: (.+)$/m.exec(text)?.[1];
  const violations = text.match(/^\s*(- |\S+@v\S+ )\[mandatory\]/gm)?.length ?? 0;
  if (violations > 0) return `refused by ${violations} ${violations === 1 ? "policy" : "policies"}`;
  if (fault) return `failed, ${fault.replace(/[`<>|]/g, "")}`;
  const sum = /^Resources:\n((?: {4}.+\n?)+)/m.exec(text)?.[1] ?? "";
  const counts = sum.match(/\d+ to .+/g) ?? [];
  if (counts.length > 0) return counts.join(", ");
  return /^ {4}\d+ unchanged/m.test(text) ? "no changes" : "ended without a summary";
}

/** Start and end: the start has what changes first, the end has the sum and what went wrong. */
function shortened(text: string): string {
  if (text.length <= MOST) return text;
  const part = MOST / 2;
  const left = text.length - 2 * part;
  return `${text.slice(0, part)}\n\n… ${left} characters are in the run's log …\n\n${text.slice(-part)}`;
}

function longestRun(text: string, character: string): number {
  const runs = text.match(new RegExp(`${character}+`, "g")) ?? [];
  return Math.max(0, ...runs.map(({ length }) => length));
}
