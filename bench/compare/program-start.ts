import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { repoDir } from "../../lab/paths.ts";
import { step } from "../../lab/progress.ts";
import { run } from "./command.ts";

/** Seconds for each thing that is loaded, in the order of loading. */
type Start = Record<string, number>;

/** One start: seconds by what was loaded, and seconds of CPU for all of it. */
interface Loaded {
  seconds: Start;
  cpu: number;
}

export interface ProgramStart {
  /** `@pulumi/pulumi` alone, as it comes, in a process of its own. */
  sdk: number[];
  /** `index.ts` with everything that it loads. */
  program: number[];
  /** CPU of these two starts, in s, which other work on the machine does not stretch. */
  sdkCpu: number[];
  programCpu: number[];
  /** The same two with an empty cache, as after `npm ci`. */
  coldSdk: number[];
  coldProgram: number[];
  /** What `index.ts` loads, package by package, then the rest; run by run. */
  packages: Start[];
}

const SDK = "@pulumi/pulumi";
/** Starts for each run of the tools: one takes half a second, and two cores are not equally fast all the time. */
const STARTS_A_RUN = 4;

/** Starts Node as Pulumi does, the SDK and the program taking turns. */
export async function programStart(runs: number, signal: AbortSignal): Promise<ProgramStart> {
  const starts = runs * STARTS_A_RUN;
  const result: ProgramStart = {
    sdk: [],
    program: [],
    sdkCpu: [],
    programCpu: [],
    coldSdk: [],
    coldProgram: [],
    packages: [],
  };
  const packages = packagesOf(programSources());
  await step(`program start, ${starts} times`, async () => {
    await load([SDK]);
    await load(["./index.ts"]);
    for (let i = 0; i < starts; i += 1) {
      if (signal.aborted) return;
      const [sdk, program] = [await load([SDK]), await load(["./index.ts"])];
      result.sdk.push(total(sdk));
      result.sdkCpu.push(sdk.cpu);
      result.program.push(total(program));
      result.programCpu.push(program.cpu);
      result.coldSdk.push(total(await loadCold([SDK])));
      result.coldProgram.push(total(await loadCold(["./index.ts"])));
      const { seconds } = await load([SDK, ...packages, "./index.ts"]);
      result.packages.push(seconds);
    }
  });
  return result;
}

/** Packages that sources import for more than types, apart from the SDK itself, in order of names. */
export function packagesOf(sources: readonly string[]): string[] {
  const importing = /^(?:import|export) (?!type )[^;]*?from "((?:@[\w-]+\/)?[a-z][\w.-]*)/gms;
  const names = sources.flatMap((text) => [...text.matchAll(importing)].map(([, name]) => name));
  return [...new Set(names)]
    .filter((name) => name !== undefined && name !== SDK && name !== "node")
    .sort() as string[];
}

/** The program's own files, from `index.ts` along their imports. */
function programSources(): string[] {
  const texts = new Map<string, string>();
  const visit = (file: string) => {
    if (texts.has(file)) return;
    const text = readFileSync(file, "utf8");
    texts.set(file, text);
    for (const [, path = ""] of text.matchAll(
      /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gms,
    ))
      visit(join(file, "..", path));
  };
  visit(join(repoDir, "index.ts"));
  return [...texts.values()];
}

const CACHE = "--import ./compile-cache.js";

/** Node's options of the program; the SDK alone has none of them but the cache, as whoever imports it has it. */
function nodeargs(modules: string[], env: Record<string, string>): string[] {
  const { options } = parse(readFileSync(join(repoDir, "Pulumi.yaml"), "utf8")).runtime;
  const all: string = modules.length === 1 && modules[0] === SDK ? CACHE : options.nodeargs;
  // A cache of its own in place of the program's.
  const rest = env.NODE_COMPILE_CACHE ? all.replace(CACHE, "") : all;
  return rest.split(" ").filter(Boolean);
}

/** Loads modules one after the other in a new process. */
async function load(modules: string[], env: Record<string, string> = {}): Promise<Loaded> {
  const script = `
const seconds = {};
for (const name of ${JSON.stringify(modules)}) {
  const begin = performance.now();
  await import(name);
  seconds[name] = (performance.now() - begin) / 1000;
}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6 }));
process.exit(0);`;
  const args = [...nodeargs(modules, env), "--input-type=module", "--eval", script];
  const text = await run(process.execPath, args, { directory: repoDir, env });
  return JSON.parse(text);
}

/** The same with a cache that is empty and is filled, as at the very first start. */
async function loadCold(modules: string[]): Promise<Loaded> {
  const directory = await mkdtemp(join(tmpdir(), "alloy-cold-"));
  try {
    return await load(modules, { NODE_COMPILE_CACHE: directory });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function total({ seconds: start }: Loaded): number {
  return Object.values(start).reduce((sum, seconds) => sum + seconds, 0);
}
