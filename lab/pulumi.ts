import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { SemVer } from "semver";
import packages from "../package.json" with { type: "json" };
import { cacheDir, labDir } from "./paths.ts";
import { program } from "./programs.ts";
import { say, step } from "./progress.ts";
import { pulumiVersion } from "./pulumi-version.ts";

/** Provider plugins that change a host, as `pulumi plugin install resource` names them. */
const plugins = [
  ["docker", packages.dependencies["@pulumi/docker"]],
  ["command", packages.dependencies["@pulumi/command"]],
] as const;

/** Longest time that is given to a download before it counts as impossible. */
const downloadTimeoutSeconds = 180;

export interface PulumiEngine {
  command: PulumiCommand;
  /** Real provider plugins are installed; else doubles must attach. */
  realProviders: boolean;
}

/** The Pulumi engine: on PATH, else installed by the Automation API, else built from its Go module. */
export async function pulumiEngine(): Promise<PulumiEngine> {
  const command = (await onPath()) ?? (await downloaded()) ?? (await built());
  const realProviders = await hasPlugins(command);
  say(
    realProviders
      ? "provider plugins: the real ones"
      : "provider plugins can't be downloaded: using the doubles in lab/doubles",
  );
  return { command, realProviders };
}

async function onPath(): Promise<PulumiCommand | undefined> {
  const found = await execa("pulumi", ["version"], { reject: false });
  return found.failed ? undefined : PulumiCommand.get({ skipVersionCheck: true });
}

async function downloaded(): Promise<PulumiCommand | undefined> {
  const root = join(cacheDir, `pulumi-download-${pulumiVersion}`);
  if (existsSync(join(root, "bin", "pulumi"))) return PulumiCommand.get({ root });
  return step("downloading the Pulumi engine", () =>
    PulumiCommand.install({ root, version: new SemVer(pulumiVersion) }).catch((error: Error) => {
      say(`  not available: ${error.message.split("\n")[0]}`);
      return undefined;
    }),
  );
}

async function built(): Promise<PulumiCommand> {
  const binary = await program("pulumi");
  return PulumiCommand.get({ root: join(binary, "..", ".."), skipVersionCheck: true });
}

/** Asked once a lab: a stack that doubles have deployed is theirs until it is destroyed. */
const answerFile = join(labDir, "real-providers");

async function hasPlugins(command: PulumiCommand): Promise<boolean> {
  if (existsSync(answerFile)) return (await readFile(answerFile, "utf8")) === "true";
  const has = await installPlugins(command);
  await mkdir(labDir, { recursive: true });
  await writeFile(answerFile, String(has));
  return has;
}

/** Whether the real plugins are there, downloaded now if need be. */
async function installPlugins({ command }: PulumiCommand): Promise<boolean> {
  for (const [name, version] of plugins) {
    const install = ["plugin", "install", "resource", name, version];
    const result = await step(`provider plugin ${name} ${version}`, () =>
      execa(command, install, { reject: false, timeout: downloadTimeoutSeconds * 1000 }),
    );
    if (result.failed) return false;
  }
  return true;
}
