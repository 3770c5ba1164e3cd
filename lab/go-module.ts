import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { coerce, lt } from "semver";
import { logTail } from "./processes.ts";

/** A go.mod as `go mod edit -json` prints it. */
export interface GoModule {
  Module: { Path: string };
  Go: string;
  Require: { Path: string; Version: string }[];
  Replace: { Old: { Path: string }; New: { Path: string } }[] | null;
  Tool: { Path: string }[] | null;
}

/** The module that a program is published in: the first that our go.mod requires. */
export function mainModule(goMod: string): { path: string; version: string } {
  const [, path, version] = /^\s*(?:require )?(\S+) (v\d\S*)/m.exec(goMod) ?? [];
  if (!path || !version) throw new Error("go.mod requires no module: its first one is built.");
  return { path, version };
}

/** `go mod edit` arguments that put our lines over those of the program's own go.mod. */
export function moduleEdits({ Module, Go, Require, Replace }: GoModule): string[] {
  const required = Require.flatMap((r) => [
    `-dropreplace=${r.Path}`,
    `-require=${r.Path}@${r.Version}`,
  ]);
  const replaced = (Replace ?? []).flatMap(({ Old, New }) => [
    `-dropreplace=${Old.Path}`,
    `-replace=${Old.Path}=${New.Path}`,
  ]);
  return [`-module=${Module.Path}`, `-go=${Go}`, ...required, ...replaced];
}

/** Whether `go env GOVERSION` names a release before the one that a go.mod asks for. */
export function isOlder(found: string, needed: string): boolean {
  return lt(coerce(found) ?? "0.0.0", coerce(needed) ?? "0.0.0");
}

/** Runs `go` with these arguments and returns what it printed. */
export type Go = (...args: string[]) => Promise<string>;

/**
 * Completes our go.mod and go.sum in `source` with the program's own. Go ignores the `replace` lines
 * of a dependency and does not use its go.sum, without which many checksums can't be looked up.
 * Ours pins the module itself, so what is copied from it is pinned too.
 */
export async function wholeModule(source: string, ours: GoModule, go: Go) {
  const sums = await readFile(join(source, "go.sum"), "utf8");
  const main = mainModule(await readFile(join(source, "go.mod"), "utf8"));
  const { Dir } = JSON.parse(await go("mod", "download", "-json", `${main.path}@${main.version}`));
  await writeFile(join(source, "go.mod"), await readFile(join(Dir, "go.mod")));
  await writeFile(join(source, "go.sum"), (await readFile(join(Dir, "go.sum"), "utf8")) + sums);
  await go("mod", "edit", ...moduleEdits(ours));
  return { ...main, dir: Dir as string };
}

/** Runs Go in a folder with its output kept, and shows the end of that when it fails. */
export function goIn(cwd: string, settings: Record<string, string>, log: string): Go {
  const env = { ...settings, GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
  const file = { file: log, append: true } as const;
  return async (...args) => {
    const options = { cwd, env, reject: false, stdout: ["pipe", file], stderr: file } as const;
    const { failed, stdout } = await execa("go", args, options);
    if (!failed) return stdout;
    throw new Error(`go ${args[0]} failed, see ${log}:\n${await logTail(log, 20)}`);
  };
}

/** Throws one sentence when Go is missing or older than a go.mod asks for. */
export async function needGo(name: string, goMod: string): Promise<void> {
  const needed = /^go (\S+)/m.exec(goMod)?.[1] ?? "";
  const env = { GOTOOLCHAIN: "local" };
  const { stdout } = await execa("go", ["env", "GOVERSION"], { env, reject: false });
  if (stdout && !isOlder(stdout, needed)) return;
  throw new Error(
    `Building ${name} needs Go ${needed} or newer on PATH and this machine has ${stdout || "none"}: ` +
      "install it as https://go.dev/doc/install says, then run this again.",
  );
}
