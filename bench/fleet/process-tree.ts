import { readdirSync, readFileSync } from "node:fs";

/** One process as `/proc` shows it. */
export interface Process {
  pid: number;
  parent: number;
  /** CPU time of it and of those that it has waited for, in s. */
  cpuSeconds: number;
}

/** What some processes use. Memory in bytes. */
export interface Usage {
  /** Each page counted once, shared ones in parts: PSS, what these processes cost the machine. */
  proportional: number;
  /** Each process's resident pages, shared ones counted in each: RSS. */
  resident: number;
  processes: number;
  /** CPU time since they started, in s; unlike time on the clock it hangs little on other work. */
  cpuSeconds: number;
}

/** Units of CPU time in a second, the same on every Linux machine that Node runs on. */
const TICKS = 100;

/** A process out of `/proc/<pid>/stat` (proc_pid_stat(5)); its name may hold anything. */
export function parseStat(stat: string): Process {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime, stime, cutime, cstime: the 14th to 17th of all fields.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    cpuSeconds: ticks / TICKS,
  };
}

/** The process and all below it. */
export function tree(root: number, processes: readonly Process[]): Process[] {
  const below = processes.filter(({ parent }) => parent === root);
  const own = processes.filter(({ pid }) => pid === root);
  return [...own, ...below.flatMap(({ pid }) => tree(pid, processes))];
}

/** PSS and RSS in bytes out of `/proc/<pid>/smaps_rollup`; the kernel writes kB and means KiB. */
export function parseRollup(rollup: string): Pick<Usage, "proportional" | "resident"> {
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0) * 1024;
  return { proportional: field("Pss"), resident: field("Rss") };
}

/** What a process and all below it use, now. */
export function treeUsage(root: number): Usage {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const processes = pids.flatMap((pid) => {
    const stat = ifThere(`/proc/${pid}/stat`);
    return stat ? [parseStat(stat)] : [];
  });
  const sum = { proportional: 0, resident: 0, processes: 0, cpuSeconds: 0 };
  for (const { pid, cpuSeconds } of tree(root, processes)) {
    const rollup = ifThere(`/proc/${pid}/smaps_rollup`);
    if (!rollup) continue;
    const { proportional, resident } = parseRollup(rollup);
    sum.proportional += proportional;
    sum.resident += resident;
    sum.processes += 1;
    sum.cpuSeconds += cpuSeconds;
  }
  return sum;
}

/** A process may end while it is looked at. */
function ifThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
