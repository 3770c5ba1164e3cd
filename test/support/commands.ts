import type { Registered } from "./mock-program.ts";

/** What a command resource runs on its host, and what the script reads. */
export interface HostCommand {
  script: string;
  data: string;
  /** Whether the engine keeps both of them encrypted. */
  secret: boolean;
}

/** Commands on the machine that runs Pulumi: the host and the sinks are asked from there. */
const besideTheProgram = ["host-checks", "alloy-sinks"];

/** Whether a resource is a command that runs on the host. */
export function runsOnHost({ type, name }: Registered): boolean {
  return type.endsWith(":Command") && !besideTheProgram.includes(name);
}

const marker = "\n#data\n";

/** The script and the data of a command, which travel together over standard input. */
export function commandOf({ name, inputs }: Registered): HostCommand {
  const secret = typeof inputs.stdin === "object";
  const text: string = secret ? inputs.stdin.secret : inputs.stdin;
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`${name} has no line between script and data`);
  return { script: text.slice(0, at), data: text.slice(at + marker.length), secret };
}

/** A value as the state file shows it in plain. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("secret" in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
