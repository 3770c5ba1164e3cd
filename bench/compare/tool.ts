import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rulesVersion } from "../../components/agent/socket-proxy-rules.ts";
import type { Settings } from "../../config/schema.ts";
import type { AlloyBundle } from "../../pipelines/alloy-bundle.ts";

export const toolNames = ["ours", "docker-compose", "Ansible"] as const;
export type ToolName = (typeof toolNames)[number];

/** What is to be on the host. */
export interface Desired {
  /** Value of the label `host`, a new one each time. */
  host: string;
  /** Pipeline files by name. */
  pipelines: Record<string, string>;
  /** Pipelines and facts as one set. */
  bundle: AlloyBundle;
  metricsPassword: string;
}

/** One of the tools that deploy the service. */
export interface Tool {
  name: ToolName;
  /** Edits the tool's sources, as an operator does in an editor: not measured. */
  write(desired: Desired): Promise<void>;
  /** The command that brings the sources to the host; another one for a changed pipeline, if the tool has one. */
  apply(pipelineChanged?: boolean): Promise<unknown>;
  /** The command that says what would change; left out by a tool that has none. */
  preview?(): Promise<unknown>;
  /** Another way to bring a changed pipeline to the host, which the operator has to know of. */
  reload?(): Promise<unknown>;
  /** The metrics token that the running agent has. */
  token(): Promise<string>;
  /** Takes everything off the host. */
  remove(): Promise<unknown>;
}

/** What the other tools' files have as variables. */
export function variablesOf(
  { images, host, logsPassword }: Settings,
  directory: string,
  metricsPassword: string,
) {
  return {
    ALLOY_IMAGE: images.alloy,
    INIT_IMAGE: images.init,
    SOCKET_PROXY_IMAGE: images.socketProxy,
    DIRECTORY: directory,
    DOCKER_SOCKET: host.dockerSocket,
    JOURNAL_GID: `${host.journal.gid}`,
    METRICS_PASSWORD: metricsPassword,
    LOGS_PASSWORD: logsPassword,
    RULES_VERSION: rulesVersion,
  };
}

/** Writes texts into a directory, which is made where it is missing. */
export async function writeFiles(
  directory: string,
  files: Record<string, string>,
  mode = 0o644,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), text, { mode });
  }
}
