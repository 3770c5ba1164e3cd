import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { settings as schema } from "../../config/schema.ts";
import { destroyStacks } from "../../lab/destroy.ts";
import type { Lab } from "../../lab/lab.ts";
import { step } from "../../lab/progress.ts";
import { inLab as settingsInLab } from "../../lab/settings.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { inLab } from "../in-lab.ts";
import type { Options } from "../options.ts";
import type { Report } from "../report.ts";
import { oneShot } from "../run.ts";
import { ansible } from "./ansible.ts";
import { cycle } from "./cycle.ts";
import { dockerCompose } from "./docker-compose.ts";
import { equality } from "./equal.ts";
import { measureRows, type Results, targetRows } from "./measures.ts";
import { ours } from "./ours.ts";
import { plot } from "./plot.ts";
import type { ToolName } from "./tool.ts";

/** Deploys the service with each tool in turns, `runs` times or until the signal; then what is measured counts. */
export async function compare({ runs }: Options<"compare">, signal: AbortSignal): Promise<Report> {
  const results = await inLab((lab) => turns(lab, runs, signal));
  const shows = "Seconds for each operation and tool";
  return {
    head: `${results.ours.length} runs; the median, and in brackets the least and the greatest`,
    tables: [measureRows(results), targetRows(results)],
    picture: { file: "pictures/deploying.svg", shows, svg: plot(results) },
    values: results,
  };
}

async function turns(lab: Lab, runs: number, signal: AbortSignal): Promise<Results> {
  await step("taking away what an earlier command deployed", () => destroyStacks(lab));
  const stack = benchSettings(lab);
  const settings = schema.parse(stack);
  const tokens = [newToken(), newToken()] as const;
  for (const token of tokens) await lab.acceptToken(token);
  const requireEqual = equality(lab);
  const results: Results = { ours: [], "docker-compose": [], Ansible: [] };
  const pulumi = await ours(lab, stack);
  try {
    const compose = await dockerCompose(lab, settings, directoryOf(lab, "docker-compose"));
    const others = [compose, await ansible(lab, settings, directoryOf(lab, "Ansible"))];
    for (let run = 1; run <= runs; run += 1) {
      for (const tool of [pulumi, ...others]) {
        if (signal.aborted) return results;
        await clear(lab, tool.name);
        const host = `bench-${tool.name.toLowerCase()}-${run}-${tokens[0].slice(-6)}`;
        const args = { tool, lab, settings, host, tokens, requireEqual };
        const label = `run ${run} of ${runs}: ${tool.name}`;
        results[tool.name].push(await step(label, () => cycle(args)));
        await clear(lab, tool.name);
      }
    }
    return results;
  } finally {
    await pulumi.close();
  }
}

const newToken = () => `glc_bench_${randomBytes(18).toString("hex")}`;

/** The local stack without GitHub, which is asked every 10 min. */
function benchSettings(lab: Lab): StackSettings {
  const { github: _, githubToken: __, ...settings } = settingsInLab(stackFile("local"), lab.facts);
  const pipelines = (settings.pipelines as string[]).filter((name) => name !== "github");
  const host = { ...(settings.host as object), directory: directoryOf(lab, "ours") };
  return { ...settings, host, pipelines };
}

/** Directory on the host that a tool deploys to. */
function directoryOf(lab: Lab, tool: ToolName): string {
  return join(lab.facts.hostDirectory, `bench-${tool.toLowerCase()}`);
}

/** An empty host: what Alloy's user wrote goes through a container, since that may be another user. */
async function clear(lab: Lab, tool: ToolName): Promise<void> {
  const { hostDirectory } = lab.facts;
  await mkdir(hostDirectory, { recursive: true });
  await oneShot(
    lab,
    `${hostDirectory}:/hosts`,
    `rm -rf /hosts/${basename(directoryOf(lab, tool))}`,
  );
}
