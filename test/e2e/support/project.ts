import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { cloneProject } from "../../../lab/project.ts";
import type { StackSettings } from "../../../lab/stack.ts";
import { speedUp } from "./fast-pipelines.ts";
import type { TestLab } from "./lab.ts";

/** A clone with one stack of its own, in which the commands of `cli/` run as on an operator's machine. */
export interface CommandProject {
  directory: string;
  /** Starts a command; its output is one text. */
  start(words: string[], input?: string): ReturnType<typeof startIn>;
  /** Runs a command to its end. */
  run(words: string[], input?: string): Promise<{ code: number | undefined; output: string }>;
  remove(): Promise<void>;
}

/** Clones the project and gives it a stack; secrets are for the command to set. */
export async function commandProject(
  lab: TestLab,
  stack: string,
  settings: StackSettings,
  /** Stands for the 60 s between two scrapes. */
  scrapeSeconds = 10,
): Promise<CommandProject> {
  const { workspace } = await lab.stack(stack, settings);
  const project = await cloneProject(workspace.pulumiCommand.command, workspace.envVars);
  await speedUp(join(project.directory, "pipelines"), scrapeSeconds);
  const { directory, env } = project;
  const entries = Object.entries(settings).map(([name, value]) => [`grafana-alloy:${name}`, value]);
  const config = Object.fromEntries(entries);
  await writeFile(join(directory, `Pulumi.${stack}.yaml`), stringify({ config }));
  await project.run(`pulumi stack init ${stack} --no-select`);
  const start: CommandProject["start"] = (words, input = "") =>
    startIn(directory, env, words, input);
  return {
    directory,
    start,
    async run(words, input) {
      const { exitCode, all } = await start(words, input);
      return { code: exitCode, output: all };
    },
    remove: project.remove,
  };
}

function startIn(
  cwd: string,
  env: Record<string, string>,
  [command = "", ...args]: string[],
  input: string,
) {
  return execa(command, args, { cwd, env, input, all: true, reject: false });
}
