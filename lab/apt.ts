import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { findCommand } from "./processes.ts";
import { step } from "./progress.ts";
import { turns } from "./turns.ts";

/** Debian's hook that says whether a package may start its service: 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d";

export interface HostPackages {
  /** Debian packages that bring the command. */
  packages: string[];
  /** Services that they would start now and at every boot: the lab wants neither. */
  services?: string[];
  /** What the lab needs them for, for the message. */
  why: string;
}

const root = () => process.getuid?.() === 0;

/** Makes sure that `command` exists, installing its packages without starting or enabling anything. */
export async function needCommand(command: string, from: HostPackages): Promise<string> {
  await needCommands({ [command]: from });
  return findCommand(command) as string;
}

/** The same for several commands, with one installation for all that this machine lacks. */
export async function needCommands(wanted: Record<string, HostPackages>): Promise<void> {
  if (lacking(wanted).length === 0) return;
  // Another step may install some of them meanwhile.
  await installs(() => install(lacking(wanted)));
}

type Lacking = [command: string, from: HostPackages][];

const lacking = (wanted: Record<string, HostPackages>): Lacking =>
  Object.entries(wanted).filter(([command]) => !findCommand(command));

/** Steps of the lab run side by side; an installation waits for the one before, and so does a run of apt. */
const [installs, runs] = [turns(), turns()];

async function install(missing: Lacking): Promise<void> {
  if (missing.length === 0) return;
  const of = (key: "packages" | "services") => missing.flatMap(([, from]) => from[key] ?? []);
  const names = of("packages").join(" ");
  const why = [...new Set(missing.map(([, from]) => from.why))].join(", ");
  if (!root() || !findCommand("apt-get")) {
    const commands = missing.map(([command]) => `\`${command}\``).join(", ");
    throw new Error(
      `This machine lacks ${commands} (${why}). ` +
        `Install them (Debian: apt-get install ${names}), or run as root on Debian or Ubuntu, where the lab does it itself.`,
    );
  }
  await step(`installing ${names} (${why})`, () => installQuietly(of("packages"), of("services")));
  const without = missing.filter(([command]) => !findCommand(command));
  if (without.length > 0) {
    const commands = without.map(([command]) => command).join(", ");
    throw new Error(`apt-get installed ${names}, but ${commands} can't be found.`);
  }
}

async function installQuietly(packages: string[], services: string[]): Promise<void> {
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) await writeFile(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
    await withFreshLists(() => apt(["install", ...options, ...packages]));
  } finally {
    if (ownPolicy) await rm(POLICY);
  }
  if (services.length && findCommand("systemctl")) {
    await execa("systemctl", ["disable", "--quiet", ...services]);
  }
}

/** Runs apt-get and returns what it printed. */
export async function apt(args: string[], cwd?: string): Promise<string> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const { stdout } = await execa("apt-get", ["-qq", ...args], { env, cwd });
  return stdout;
}

/** Runs `work` when no other does. A new machine has no package lists, an old one stale ones: fetch them once and try again. */
export function withFreshLists<T>(work: () => Promise<T>): Promise<T> {
  return runs(async () => {
    try {
      return await work();
    } catch (error) {
      if (!root()) throw error;
      await step("fetching the Debian package lists", () => apt(["update"]));
      return work();
    }
  });
}
