import { readdirSync, readFileSync } from "node:fs";

/** What some processes use. Memory in bytes. */
export interface Usage {
  /** Each page counted once, shared ones in parts: PSS, what these processes cost the machine. */
  proportional: number;
  /** Each process's resident pages, shared ones counted in each: RSS. */
  resident: number;
  processes: number;
  /** CPU time since they started, in s; other work on the machine affects it less than time on the clock. */
  cpuSeconds: number;
}

/** One process out of `/proc/<pid>/stat`. */
interface Process {
  pid: number;
  parent: number;
  /** CPU time of it and of those that it has waited for, in s. */
  cpuSeconds: number;
}

/** Units of CPU time in a second, the same on every Linux machine that Node runs on. */
const TICKS = 100;

/** See proc_pid_stat(5); the process's name may hold anything. */
export function parseStat(stat: string): Process {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime, stime, cutime, cstime: the 14th to 17th of all fields.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), cpuSeconds: ticks / TICKS };
}

/** A field of `status` or `smaps_rollup`, in bytes: the kernel writes kB and means KiB. */
export function bytesOf(text: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc has no ${field}: the process has ended`);
  return Number(kibibytes) * 1024;
}

/** The process and all below it. */
export function tree(root: number, processes: readonly Process[]): Process[] {
  const below = processes.filter(({ parent }) => parent === root);
  const own = processes.filter(({ pid }) => pid === root);
  return [...own, ...below.flatMap(({ pid }) => tree(pid, processes))];
}

/** What a process and all below it use, now. */
export function treeUsage(root: number): Usage {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const stats = pids.map((pid) => ifThere(`/proc/${pid}/stat`)).filter(Boolean);
  const sum: Usage = { proportional: 0, resident: 0, processes: 0, cpuSeconds: 0 };
  for (const { pid, cpuSeconds } of tree(root, stats.map(parseStat))) {
    const rollup = ifThere(`/proc/${pid}/smaps_rollup`);
    if (!rollup) continue;
    sum.proportional += bytesOf(rollup, "Pss");
    sum.resident += bytesOf(rollup, "Rss");
    sum.processes += 1;
    sum.cpuSeconds += cpuSeconds;
  }
  return sum;
}

/** Empty for a process that ended while it was looked at. */
function ifThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
