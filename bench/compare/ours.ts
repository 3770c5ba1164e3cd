import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { secretKeys } from "../../config/schema.ts";
import { cloneProject } from "../../lab/project.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { run } from "./command.ts";
import type { Tool } from "./tool.ts";

const STACK = "bench";

/** The ordinary CLI on a clone of this repository. */
export async function ours(
  engine: string,
  engineEnv: Record<string, string>,
  settings: StackSettings,
): Promise<Tool & { close(): Promise<void> }> {
  const project = await cloneProject(engine, engineEnv);
  const { directory, env } = project;
  const pulumi = (args: string[], input?: string) =>
    run("pulumi", [...args, "--stack", STACK, "--non-interactive"], { directory, env, input });
  await run("pulumi", ["stack", "init", STACK], { directory, env });
  const setSecret = (name: keyof typeof secretKeys, value: string) =>
    pulumi(["config", "set", "--secret", secretKeys[name]], value);
  await setSecret("logsPassword", String(settings.logsPassword));
  return {
    name: "ours",
    async write({ host, pipelines, metricsPassword }) {
      await replaceFiles(join(directory, "pipelines"), pipelines);
      await writeSettings(join(directory, `Pulumi.${STACK}.yaml`), withHost(settings, host));
      await setSecret("metricsPassword", metricsPassword);
    },
    apply: async () => void (await pulumi(["up", "--yes", "--skip-preview"])),
    preview: async () => void (await pulumi(["preview"])),
    remove: async () => void (await pulumi(["destroy", "--yes", "--skip-preview"])),
    close: () => project.remove(),
  };
}

async function replaceFiles(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

function withHost(settings: StackSettings, name: string): StackSettings {
  return { ...settings, host: { ...(settings.host as object), name } };
}

/** Settings that are no secrets; what `pulumi config set` wrote into the file stays. */
async function writeSettings(file: string, settings: StackSettings): Promise<void> {
  const plain = Object.entries(settings).filter(([name]) => !(name in secretKeys));
  const stack = parse(await readFile(file, "utf8"));
  const keys = plain.map(([name, value]) => [`grafana-alloy:${name}`, value]);
  stack.config = { ...stack.config, ...Object.fromEntries(keys) };
  await writeFile(file, stringify(stack));
}
