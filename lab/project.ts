import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { execa } from "execa";
import { hasLanguageHost, languageHostPath } from "./doubles/language/path.ts";
import { repoDir } from "./paths.ts";

/** What a clone does without: what is not the program's or its commands', and the other stacks' files. */
const LEFT_OUT = /^(node_modules|lab|test|bench|docs|\..*|Pulumi\.(local|svlazext)\.yaml)$/;

/** A clone of the repository, as an operator has it. */
export interface Project {
  directory: string;
  /** Directory of the state, where it is in files. */
  state: string;
  /** Environment in which `pulumi` is found and keeps its state beside the clone. */
  env: Record<string, string>;
  /** Runs one line of a shell in the project, as an operator would type it. */
  run(line: string, input?: string): Promise<{ code: number | undefined; output: string }>;
  remove(): Promise<void>;
}

/** A clone of the repository with its own state, for the CLI at `engine`. */
export async function cloneProject(
  engine: string,
  engineEnv: Record<string, string>,
): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), "alloy-cli-"));
  const directory = join(root, "grafana-alloy");
  const state = join(root, "state");
  await mkdir(state);
  for (const source of (await readdir(repoDir)).filter((name) => !LEFT_OUT.test(name))) {
    await cp(join(repoDir, source), join(directory, source), { recursive: true });
  }
  await symlink(join(repoDir, "node_modules"), join(directory, "node_modules"));
  const PATH = await searchPath(engine);
  const env = { ...engineEnv, PATH, PULUMI_BACKEND_URL: `file://${state}` };
  return {
    directory,
    state,
    env,
    run: async (line, input = "") => {
      const options = { cwd: directory, env, input, all: true, reject: false } as const;
      const { exitCode, all } = await execa("sh", ["-c", line], options);
      return { code: exitCode, output: all };
    },
    remove: () => rm(root, { recursive: true }),
  };
}

/** PATH with the engine, this Node, and the stand-in of the language host where there is no real one. */
async function searchPath(engine: string): Promise<string> {
  const standIn = (await hasLanguageHost(engine)) ? [] : [await languageHostPath()];
  // A bare `pulumi` is on PATH already.
  const own = isAbsolute(engine) ? [dirname(engine)] : [];
  const commands = join(repoDir, "node_modules", ".bin");
  return [...standIn, ...own, commands, dirname(process.execPath), process.env.PATH].join(
    delimiter,
  );
}
