import { existsSync } from "node:fs";
import { mkdir, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { labDir, repoDir } from "../../paths.ts";
import { findCommand } from "../../processes.ts";

const NAME = "pulumi-language-nodejs";

/** Directory for the engine's PATH in which it finds the stand-in of the Node language host. */
export async function languageHostPath(): Promise<string> {
  const directory = join(labDir, "language-host");
  const command = [
    process.execPath,
    "--import",
    join(repoDir, "compile-cache.js"),
    join(import.meta.dirname, "main.ts"),
  ];
  const script = `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, NAME), script, { mode: 0o755 });
  return directory;
}

/** Whether an engine has the real one: beside the `pulumi` command, as in releases, or on PATH. */
export async function hasLanguageHost(command: string): Promise<boolean> {
  const engine = await realpath(findCommand(command) ?? command);
  return existsSync(join(dirname(engine), NAME)) || findCommand(NAME) !== undefined;
}
