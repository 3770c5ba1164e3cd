import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { secretKeys } from "../../config/schema.ts";
import type { Lab } from "../../lab/lab.ts";
import { cloneProject } from "../../lab/project.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { run } from "../run.ts";
import { type Tool, writeFiles } from "./tool.ts";

const STACK = "bench";
const TOKEN_FILE = "/etc/alloy-secrets/metrics-password";

/** The ordinary CLI on a clone of this repository. */
export async function ours(
  lab: Lab,
  settings: StackSettings,
): Promise<Tool & { close(): Promise<void> }> {
  const { workspace } = await lab.stack(STACK, settings);
  const project = await cloneProject(workspace.pulumiCommand.command, workspace.envVars);
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
      const named = { ...settings, host: { ...(settings.host as object), name: host } };
      await writeFiles(join(directory, "pipelines"), pipelines);
      await writeSettings(join(directory, `Pulumi.${STACK}.yaml`), named);
      await setSecret("metricsPassword", metricsPassword);
    },
    apply: () => pulumi(["up", "--yes", "--skip-preview"]),
    preview: () => pulumi(["preview"]),
    token: () => tokenInFile(lab),
    remove: () => pulumi(["destroy", "--yes", "--skip-preview"]),
    close: () => project.remove(),
  };
}

/** Settings that are no secrets; what `pulumi config set` wrote into the file stays. */
async function writeSettings(file: string, settings: StackSettings): Promise<void> {
  const plain = Object.entries(settings).filter(([name]) => !(name in secretKeys));
  const stack = parse(await readFile(file, "utf8"));
  const keys = plain.map(([name, value]) => [`grafana-alloy:${name}`, value]);
  stack.config = { ...stack.config, ...Object.fromEntries(keys) };
  await writeFile(file, stringify(stack));
}

/** As an archive of one file, since the container has no shell. */
async function tokenInFile(lab: Lab): Promise<string> {
  const env = { DOCKER_HOST: lab.docker.host };
  return run("sh", ["-c", `docker cp alloy:${TOKEN_FILE} - | tar -xO`], { env });
}
