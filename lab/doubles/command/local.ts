import { spawn } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { CallContext, FunctionDouble } from "../engine/provider.ts";
import { stringList, strings } from "../engine/shapes.ts";
import { assetArchive, type Bag, fileAsset } from "../engine/values.ts";
import { type CommandClient, commandResource, type Runner } from "./lifecycle.ts";
import { Capture, previousOutput } from "./run.ts";

const BASE = [
  "addPreviousOutputInEnv",
  "archivePaths",
  "assetPaths",
  "dir",
  "environment",
  "interpreter",
  "logging",
  "stdin",
];

/** How Go words the end of a process. */
function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `signal: ${signal} (${constants.signals[signal]})` : `exit status ${code}`;
}

/** Files below `dir` that the globs name, in their order; `!` takes some away again. */
function globAssets(dir: string, globs: string[]): Bag {
  const assets: Bag = {};
  for (const glob of globs) {
    const exclude = glob.startsWith("!");
    for (const path of globSync(glob.replace(/^!/, ""), { cwd: dir })) {
      if (exclude) delete assets[path];
      else if (statSync(join(dir, path)).isFile()) assets[path] = fileAsset(join(dir, path));
    }
  }
  return assets;
}

function start(command: string, inputs: Bag, previous: Bag, signal: AbortSignal) {
  const [program = "/bin/sh", ...args] = inputs.interpreter
    ? stringList(inputs.interpreter)
    : ["/bin/sh", "-c"];
  const env = {
    ...process.env,
    ...strings(inputs.environment),
    ...previousOutput(inputs, previous),
  };
  const cwd = typeof inputs.dir === "string" ? inputs.dir : process.cwd();
  return spawn(program, [...args, command], { cwd, env, signal, stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs a real process on this machine. */
const run: Runner = async (command, inputs, previous, { log, signal }) => {
  const capture = new Capture(inputs.logging, (line) => log("info", line, true));
  const child = start(command, inputs, previous, signal);
  child.stdout.on("data", (chunk: Buffer) => capture.add("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => capture.add("stderr", chunk));
  // A command that does not read its input may close it: that is its own affair.
  child.stdin.on("error", () => undefined);
  child.stdin.end(typeof inputs.stdin === "string" ? inputs.stdin : "");
  const end = await new Promise<string | undefined>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, by) => done(code === 0 ? undefined : exitText(code, by)));
  });
  if (end !== undefined) throw capture.error(end, command);
  return { ...capture.outputs(), ...collected(inputs) };
};

function collected({ dir, assetPaths, archivePaths }: Bag): Bag {
  const from = typeof dir === "string" ? dir : process.cwd();
  return {
    ...(assetPaths ? { assets: globAssets(from, stringList(assetPaths)) } : {}),
    ...(archivePaths ? { archive: assetArchive(globAssets(from, stringList(archivePaths))) } : {}),
  };
}

/** `command:local:Command`. */
export const localCommand = commandResource(
  {
    inputs: [...BASE, "create", "delete", "triggers", "update"],
    required: [],
    computed: ["archive", "assets", "stderr", "stdout"],
  },
  run,
  () => [],
);

/** `command:local:run`: runs at every preview and update. */
export const localRun: FunctionDouble<CommandClient> = {
  schema: { inputs: [...BASE, "command"], required: ["command"] },
  invoke: async (args: Bag, context: CallContext<CommandClient>) => ({
    ...args,
    ...(await run(String(args.command), args, {}, context)),
  }),
};
