import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SimulatedHost } from "../../support/simulated-host.ts";

export const MACHINE_ID = "0123456789abcdef0123456789abcdef";

/** The GID that the journal of a checked host has: what a test writes has it. */
export const JOURNAL_GID = process.getgid?.() ?? 0;

/** A SIMULATED host that lacks nothing, for the checks to look at. */
export function checkedHost(): SimulatedHost {
  const host = new SimulatedHost();
  const given = (path: string, text: string) => onHost(host, path, text);
  host.write("version", "28.3.1 1.51 linux/amd64\n");
  host.write("info", "true true /var/lib/docker name=seccomp,profile=builtin name=cgroupns\n");
  host.write("networks", `network\timmich-backend ${"b".repeat(64)} - 172.18.0.0/16\n`);
  host.write("images", "alloy-image\ninit-image\nproxy-image\n");
  given("etc/machine-id", `${MACHINE_ID}\n`);
  given("etc/group", `root:x:0:\nsystemd-journal:x:${JOURNAL_GID}:\n`);
  given(`var/log/journal/${MACHINE_ID}/system.journal`, "");
  given("mnt/vm-pool/apps/compose.yaml", "");
  given("proc/1/mounts", "");
  return host;
}

/** Writes a file of the host, by its path from the root. */
export function onHost(host: SimulatedHost, path: string, text: string): void {
  const file = join(host.root, "fs", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
