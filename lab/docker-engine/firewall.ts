import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { hostProgram } from "../host-programs.ts";
import { findCommand, serverPath } from "../processes.ts";

/** What a start of dockerd changes in the machine's firewall and never takes back. */
interface FirewallBefore {
  /** No Docker had been here: its chains are the lab's to remove. */
  withoutDocker: boolean;
  /** Policy of the chain FORWARD; dockerd sets it to DROP. */
  forwardPolicy: string;
  /** `1` or `0`; dockerd sets it to 1. */
  ipForward: string;
}

const TABLES = ["filter", "nat"];
const IP_FORWARD = "/proc/sys/net/ipv4/ip_forward";

/** Notes the firewall's state in `file`, unless an earlier start has done so. */
export async function rememberFirewall(file: string, need = hostProgram): Promise<void> {
  if (existsSync(file)) return;
  await need("iptables");
  const rules = await listRules("filter");
  const before: FirewallBefore = {
    withoutDocker: !/^-N DOCKER$/m.test(rules),
    forwardPolicy: /^-P FORWARD (\w+)$/m.exec(rules)?.[1] ?? "ACCEPT",
    ipForward: (await readFile(IP_FORWARD, "utf8")).trim(),
  };
  await writeFile(file, JSON.stringify(before));
}

/** Takes back what dockerd with this bridge changed; without a note, nothing. */
export async function restoreFirewall(file: string, bridge: string): Promise<void> {
  if (!existsSync(file) || !findCommand("iptables")) return;
  const before: FirewallBefore = JSON.parse(await readFile(file, "utf8"));
  for (const table of TABLES) {
    const commands = undoing(await listRules(table), bridge, before.withoutDocker);
    for (const command of commands) await iptables("-t", table, ...command);
  }
  if (!before.withoutDocker) return;
  await iptables("-P", "FORWARD", before.forwardPolicy);
  await writeFile(IP_FORWARD, before.ipForward);
}

/** The iptables commands that remove a bridge's rules and, if asked, Docker's chains, from a listing. */
export function undoing(listing: string, bridge: string, chainsToo: boolean): string[][] {
  const lines = listing.split("\n").map((line) => line.split(" "));
  const ours = (rule: string[]) =>
    rule.includes(bridge) || (chainsToo && rule.slice(2).some((word) => word.startsWith("DOCKER")));
  const rules = lines.filter(([action]) => action === "-A").filter(ours);
  const chains = lines
    .filter(([action, name]) => action === "-N" && name?.startsWith("DOCKER"))
    .flatMap(([, name]) => (chainsToo && name ? [name] : []));
  return [
    ...rules.map(([, ...rest]) => ["-D", ...rest]),
    ...chains.map((name) => ["-F", name]),
    ...chains.map((name) => ["-X", name]),
  ];
}

async function listRules(table: string): Promise<string> {
  return (await iptables("-t", table, "-S")).stdout;
}

function iptables(...args: string[]) {
  return execa("iptables", ["-w", "10", ...args], { env: { PATH: serverPath() } });
}
