import { chown, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tokenEnds } from "../../../components/files/token-ends.ts";

/**
 * Series that this machine's exporter has none of, in the names, types and labels in which node_exporter has
 * them: no ZFS pool, no temperature sensor, no file system that fills. They take the way of the real ones from
 * the exporter on: node_exporter's textfile collector reads them where it reads tokens.prom.
 */
export interface ExporterSamples {
  /** State by pool: node_exporter has a series for each state, 1 for the one that is. */
  pools: Record<string, "online" | "degraded">;
  /** Free bytes of 100 by mount point. */
  free: Record<string, number>;
  /** Days that are left by token. */
  tokens: Record<string, number>;
}

const STATES = ["degraded", "faulted", "offline", "online", "removed", "suspended", "unavail"];

function exporterText({ pools, free, tokens }: ExporterSamples): string {
  const disks = Object.entries(free).map(
    ([mountpoint, bytes]) =>
      [`{device="/dev/sample",fstype="ext4",mountpoint="${mountpoint}"}`, bytes] as const,
  );
  const family = (name: string, type: string, help: string, samples: string[]) =>
    [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((s) => name + s), ""].join(
      "\n",
    );
  const ends = Object.entries(tokens).map(([name, days]) => ({
    name,
    expiresAt: new Date(Date.now() + days * 86_400_000).toISOString(),
    renewDays: 0,
    renew: "",
  }));
  return [
    family(
      "node_zfs_zpool_state",
      "gauge",
      "kstat.zfs.misc.state",
      Object.entries(pools).flatMap(([zpool, is]) =>
        STATES.map((state) => `{state="${state}",zpool="${zpool}"} ${state === is ? 1 : 0}`),
      ),
    ),
    family("node_zfs_arc_size", "untyped", "kstat.zfs.misc.arcstats.size", [` ${6 * 2 ** 30}`]),
    // Counters: what they say grows with the time.
    family("node_zfs_arc_hits", "untyped", "kstat.zfs.misc.arcstats.hits", [` ${seconds() * 95}`]),
    family("node_zfs_arc_misses", "untyped", "kstat.zfs.misc.arcstats.misses", [
      ` ${seconds() * 5}`,
    ]),
    family("node_hwmon_temp_celsius", "gauge", "Hardware monitor for temperature (input)", [
      '{chip="platform_coretemp_0",sensor="temp1"} 47',
      '{chip="nvme_nvme0",sensor="temp1"} 38.85',
    ]),
    ...(disks.length > 0
      ? [
          family(
            "node_filesystem_avail_bytes",
            "gauge",
            "Filesystem space available to non-root users in bytes.",
            disks.map(([labels, bytes]) => `${labels} ${bytes}`),
          ),
          family(
            "node_filesystem_size_bytes",
            "gauge",
            "Filesystem size in bytes.",
            disks.map(([labels]) => `${labels} 100`),
          ),
          family(
            "node_filesystem_readonly",
            "gauge",
            "Filesystem read-only status.",
            disks.map(([labels]) => `${labels} 0`),
          ),
        ]
      : []),
    tokenEnds(ends),
  ].join("");
}

const seconds = () => Math.round(Date.now() / 1000) % 1_000_000;

/** Puts the samples beside tokens.prom; a half-written file is never read. */
export async function writeSamples(directory: string, samples: ExporterSamples): Promise<void> {
  const file = join(directory, "config/textfile/samples.prom");
  await writeFile(`${file}.new`, exporterText(samples), { mode: 0o400 });
  await chown(`${file}.new`, 3125, 3125);
  await rename(`${file}.new`, file);
}
