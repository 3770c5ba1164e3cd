import { execa } from "execa";
import { labImages } from "../lab/images.ts";
import type { Lab } from "../lab/lab.ts";

export interface RunOptions {
  directory?: string;
  env?: Record<string, string>;
  /** Standard input. */
  input?: string;
}

/** Runs a command to its end. Throws with all that it printed when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  { directory, env, input = "" }: RunOptions = {},
): Promise<string> {
  const options = { cwd: directory, env, input, all: true, reject: false } as const;
  const { failed, all, shortMessage } = await execa(command, args, options);
  if (failed) throw new Error(`${shortMessage}\n${all}`);
  return all;
}

/** The Docker CLI on the lab's engine. */
export function docker(lab: Lab, ...args: string[]): Promise<string> {
  return run("docker", args, { env: { DOCKER_HOST: lab.docker.host } });
}

/** Runs a shell's line as root in a container with one mount, `source:target`. */
export async function oneShot(lab: Lab, mount: string, line: string): Promise<void> {
  const { busybox } = await labImages(lab.docker, ["busybox"]);
  const container = ["--rm", "--network=none", "--user=0", "--entrypoint=sh", `--volume=${mount}`];
  await docker(lab, "run", ...container, busybox, "-c", line);
}
