import type { Desired } from "./service.ts";

/** What an operator does, each measured from the command to its end. */
type Operation = "first" | "unchanged" | "pipeline" | "token";

/** One of the tools that deploy the service. */
export interface Tool {
  name: ToolName;
  /** Edits the tool's sources, as an operator does in an editor: not measured. */
  write(desired: Desired): Promise<void>;
  /** The command that brings the sources to the host. */
  apply(operation: Operation): Promise<void>;
  /** The command that says what would change; left out by a tool that has none. */
  preview?(): Promise<void>;
  /** Another way to bring a changed pipeline to the host, which the operator has to know of. */
  reload?(): Promise<void>;
  /** Takes everything off the host. */
  remove(): Promise<void>;
}

export const toolNames = ["ours", "docker-compose", "Ansible"] as const;
export type ToolName = (typeof toolNames)[number];
