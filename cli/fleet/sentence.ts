import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation/index.js";

/** What the engine says at the end of every run that failed; it says nothing of why. */
const NO_REASON = /^(update|preview) failed$|^(One or more errors occurred|preview failed)/i;

const DONE: { readonly [op: string]: string } = {
  ...{ create: "created", update: "updated", replace: "replaced", delete: "deleted" },
};

/** The changes of a run in words, such as `24 created` or `no changes`. */
export function changesSentence(changes: OpMap | undefined, planned: boolean): string {
  const counts = Object.entries(changes ?? {}).filter(([, count]) => count > 0);
  if (counts.every(([op]) => op === "same")) return "no changes";
  const word = (op: string) => (planned ? `to ${op}` : (DONE[op] ?? op));
  return counts
    .map(([op, count]) => `${count} ${op === "same" ? "unchanged" : word(op)}`)
    .join(", ");
}

/** The one sentence that says why a run failed: the first error that the engine gives a reason for. */
export function failureSentence(events: readonly EngineEvent[], stderr: string): string {
  for (const { diagnosticEvent } of events) {
    if (diagnosticEvent?.severity !== "error") continue;
    const text = condensed(plain(diagnosticEvent.message));
    if (text && !NO_REASON.test(text)) return withResource(diagnosticEvent.urn, text);
  }
  return cliSentence(stderr);
}

/** What the CLI itself says, such as that the stack is locked. */
function cliSentence(stderr: string): string {
  const from = stderr.indexOf("error: ");
  const text = condensed(plain(from < 0 ? stderr : stderr.slice(from + "error: ".length)));
  const missing = /^no stack named '(?<stack>[^']+)' found/.exec(text)?.groups?.stack;
  if (missing) return `${text}: pulumi stack init ${missing}`;
  return text || "the Pulumi CLI failed and gave no reason; the log has all it said";
}

function withResource(urn: string | undefined, text: string): string {
  const name = urn?.split("::").at(-1);
  // A fault of the program stands at the stack itself.
  return name && !urn?.includes("::pulumi:pulumi:Stack::") ? `${name}: ${text}` : text;
}

/** The line that says most, with what it announces. */
function condensed(message: string): string {
  const lines = message.split("\n").filter((line) => line.trim());
  const faults = lines.findIndex((line) => FAULTS.test(line));
  if (faults >= 0) return withFaults(lines.slice(faults));
  const [first = "", ...rest] = lines.map((line) => line.trim());
  // Ends with a colon: what a tool printed follows, and its last line says why.
  if (!first.endsWith(":") || rest.length === 0) return first;
  return `${first.replace(/: running ".*":$/, ":")} ${rest.at(-1)}`;
}

/** Our own lists of faults, of a configuration (config/faults.ts) or a host (checks/host/check.ts). */
const FAULTS = /\d+ faults?\b.*, nothing was changed\.$/;

/** Each fault is indented by two, the command that fixes it by four. */
function withFaults([head = "", ...lines]: string[]): string {
  const faults = lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
  return `${head.trim().replace(/\.$/, ":")} ${faults.join("; ")}`;
}

/** Without the engine's colour marks. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}
