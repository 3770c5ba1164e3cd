/** The part of Docker's answer to `GET /containers/{id}/stats` that is read, of cgroup v1 or v2. */
export interface DockerStats {
  /** When the daemon read the counters, RFC 3339. */
  read: string;
  memory_stats: {
    /** Bytes; missing for a container that doesn't run. */
    usage?: number;
    /** `total_inactive_file` in cgroup v1, `inactive_file` in v2. */
    stats?: { total_inactive_file?: number; inactive_file?: number };
  };
  /** Nanoseconds of all cores together since the container's start. */
  cpu_stats: { cpu_usage: { total_usage: number } };
}

/** What a container has used at one time. */
export interface Usage {
  /** Milliseconds since 1970. */
  time: number;
  /** Bytes that the kernel can't take back without swapping or writing. */
  workingSet: number;
  /** Seconds of CPU since the container's start. */
  cpuSeconds: number;
}

/** Memory and CPU out of Docker's answer. The working set is the usage without inactive file pages, in bytes. */
export function usageOf(name: string, { read, memory_stats, cpu_stats }: DockerStats): Usage {
  const { usage, stats } = memory_stats;
  const inactive = stats?.total_inactive_file ?? stats?.inactive_file;
  if (usage === undefined || inactive === undefined) {
    throw new Error(`Docker tells no memory of container ${name}: does it run? See docker logs.`);
  }
  return {
    time: Date.parse(read),
    workingSet: usage - inactive,
    cpuSeconds: cpu_stats.cpu_usage.total_usage / 1e9,
  };
}

/** CPU between two readings, in percent of one core. */
export function cpuPercent(from: Usage, to: Usage): number {
  const seconds = (to.time - from.time) / 1000;
  if (seconds <= 0) throw new Error("CPU needs two readings, the second after the first.");
  return (100 * (to.cpuSeconds - from.cpuSeconds)) / seconds;
}
