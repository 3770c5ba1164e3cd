import { execa } from "execa";

export interface CommandOptions {
  directory: string;
  env: Record<string, string>;
  /** Standard input. */
  input?: string;
}

/** Runs a command to its end. Throws with all that it printed when it fails. */
export async function run(
  command: string,
  args: string[],
  { directory, env, input = "" }: CommandOptions,
): Promise<string> {
  const options = { cwd: directory, env, input, all: true, reject: false } as const;
  const { failed, all, shortMessage } = await execa(command, args, options);
  if (failed) throw new Error(`${shortMessage}\n${all}`);
  return all;
}
