import { dashboard, hostVariable } from "./dashboard.ts";
import { graph, lines, logLines, metrics, SHARE, stat } from "./panels.ts";
import { cpuBusy, freeShare, memoryUsed, NODE, unmeasured } from "./queries.ts";
import { bars } from "./tables.ts";

const HOST = 'host=~"$host"';
const OF = `${NODE},${HOST}`;

/** One host: CPU, memory, disks, network, ZFS, temperatures, and what its journal complains of. */
export function host() {
  return dashboard({
    uid: "alloy-host",
    title: "Alloy: host",
    description:
      "One host: CPU, memory, disks, network, ZFS, temperatures and errors of its journal.",
    variables: [hostVariable({ several: false })],
    rows: {
      Now: numbers(),
      "CPU and memory": cpuAndMemory(),
      Disks: disks(),
      Network: network(),
      "ZFS and temperatures": zfs(),
      Journal: [errors()],
    },
  });
}

function numbers() {
  const share = (title: string, description: string, expr: string) =>
    stat({
      ...{ title, description, unit: "percentunit", decimals: 1, width: 4, colours: SHARE },
      queries: [metrics(expr)],
    });
  return [
    stat({
      title: "Uptime",
      description: "Time since the host was started.",
      unit: "s",
      decimals: 1,
      width: 4,
      queries: [metrics(`time() - max(node_boot_time_seconds{${OF}})`)],
    }),
    share("CPU", "Share of the CPU time of all cores that is not idle.", cpuBusy(`,${HOST}`)),
    share(
      "Memory",
      "Share of the memory that is not available to a new program.",
      memoryUsed(`,${HOST}`),
    ),
    share(
      "Fullest file system",
      "Of the writable file systems, without tmpfs.",
      `1 - min(${freeShare(`,${HOST}`)})`,
    ),
    stat({
      title: "Load per core",
      description:
        "Load average of 5 min, divided by the number of cores; above 1, processes wait.",
      decimals: 2,
      width: 4,
      queries: [
        metrics(`max(node_load5{${OF}}) / count(node_cpu_seconds_total{${OF},mode="idle"})`),
      ],
      colours: { green: null, yellow: 1, red: 2 },
    }),
    stat({
      title: "Out-of-memory kills",
      description: "Processes that the kernel killed within the last day because memory ran out.",
      decimals: 0,
      width: 4,
      queries: [metrics(`sum(increase(node_vmstat_oom_kill{${OF}}[1d]))`)],
      colours: { green: null, red: 1 },
    }),
  ];
}

function cpuAndMemory() {
  const memory = (name: string) => `sum(node_memory_${name}_bytes{${OF}})`;
  return [
    graph({
      title: "CPU by mode",
      description: "Busy cores by mode; iowait is waiting for a disk.",
      unit: "suffix: cores",
      decimals: 2,
      width: 12,
      stacked: true,
      queries: [
        metrics(
          `sum by (mode) (rate(node_cpu_seconds_total{${OF},mode!="idle"}[$__rate_interval]))`,
          "{{mode}}",
        ),
      ],
    }),
    graph({
      title: "Memory",
      description:
        "Used by programs, used as a cache that can be freed, and free. ZFS' ARC counts as used.",
      unit: "bytes",
      width: 12,
      stacked: true,
      queries: [
        metrics(`${memory("MemTotal")} - ${memory("MemAvailable")}`, "used"),
        metrics(`${memory("MemAvailable")} - ${memory("MemFree")}`, "cache"),
        metrics(memory("MemFree"), "free"),
      ],
    }),
  ];
}

function disks() {
  const rate = (metric: string) => `rate(node_disk_${metric}{${OF}}[$__rate_interval])`;
  return [
    bars({
      title: "File systems",
      description: "Used share of each writable file system.",
      unit: "percentunit",
      max: 1,
      decimals: 1,
      width: 6,
      queries: [metrics(`1 - ${freeShare(`,${HOST}`)}`, "{{mountpoint}}")],
      colours: SHARE,
    }),
    stat({
      title: "File systems not measured",
      description:
        "Those that Alloy's user can't enter or that do not answer: no alert warns when they fill up.",
      width: 4,
      height: 8,
      queries: [metrics(`sum(${unmeasured(`,${HOST}`)})`)],
      colours: { green: null, red: 1 },
    }),
    graph({
      title: "Throughput",
      description: "Bytes read and written by device.",
      unit: "Bps",
      width: 7,
      queries: [
        metrics(`sum by (device) (${rate("read_bytes_total")})`, "{{device}} read"),
        metrics(`sum by (device) (${rate("written_bytes_total")})`, "{{device}} written"),
      ],
    }),
    graph({
      title: "Busy",
      description: "Share of the time that a device is busy; near 100 %, it is the bottleneck.",
      unit: "percentunit",
      width: 7,
      queries: [metrics(`sum by (device) (${rate("io_time_seconds_total")})`, "{{device}}")],
    }),
  ];
}

function network() {
  const rate = (metric: string) =>
    `sum by (device) (rate(node_network_${metric}_total{${OF}}[$__rate_interval]))`;
  return [
    graph({
      title: "Traffic",
      description:
        "Bits received and sent by interface; bridges and veth pairs of containers are left out.",
      unit: "bps",
      min: undefined,
      queries: [
        metrics(`${rate("receive_bytes")} * 8`, "{{device}} in"),
        metrics(`${rate("transmit_bytes")} * 8`, "{{device}} out"),
      ],
    }),
    graph({
      title: "Errors and drops",
      description:
        "Packets that an interface could not receive or send. If it lasts, suspect the cable or the driver.",
      unit: "pps",
      queries: [
        metrics(`${rate("receive_errs")} + ${rate("transmit_errs")}`, "{{device}} errors"),
        metrics(`${rate("receive_drop")} + ${rate("transmit_drop")}`, "{{device}} drops"),
      ],
    }),
    graph({
      title: "TCP connections",
      description: "Open connections, and closed ones in TIME_WAIT.",
      queries: [
        metrics(`sum(node_netstat_Tcp_CurrEstab{${OF}})`, "established"),
        metrics(`sum(node_sockstat_TCP_tw{${OF}})`, "time wait"),
      ],
    }),
  ];
}

function zfs() {
  const arc = (metric: string) => `rate(node_zfs_arc_${metric}{${OF}}[$__rate_interval])`;
  return [
    stat({
      title: "Pools",
      description:
        "State of each ZFS pool. Anything but online means lost redundancy or data: `zpool status`.",
      width: 6,
      height: 8,
      text: "name",
      queries: [
        metrics(
          `max by (zpool, state) (node_zfs_zpool_state{${OF},state="online"} == 1)`,
          "{{zpool}}: {{state}}",
        ),
        metrics(
          `2 * max by (zpool, state) (node_zfs_zpool_state{${OF},state!="online"} == 1)`,
          "{{zpool}}: {{state}}",
        ),
      ],
      colours: { green: null, red: 2 },
    }),
    graph({
      title: "ARC",
      description: "Memory that ZFS' read cache uses; it is freed when programs need it.",
      unit: "bytes",
      width: 6,
      queries: [metrics(`sum(node_zfs_arc_size{${OF}})`, "ARC")],
    }),
    graph({
      title: "ARC hits",
      description:
        "Share of reads that the cache answered. A falling line means that memory is short.",
      unit: "percentunit",
      max: 1,
      width: 6,
      queries: [
        metrics(`sum(${arc("hits")}) / (sum(${arc("hits")}) + sum(${arc("misses")}))`, "hits"),
      ],
    }),
    graph({
      title: "Temperatures",
      description: "Readings of the sensors of CPUs, disks and boards.",
      unit: "celsius",
      min: undefined,
      width: 6,
      queries: [
        metrics(`max by (chip, sensor) (node_hwmon_temp_celsius{${OF}})`, "{{chip}} {{sensor}}"),
      ],
    }),
  ];
}

function errors() {
  return logLines({
    title: "Errors in the journal",
    description: "Entries of level err and worse: kernel, smartd, ZFS, units that failed.",
    queries: [lines(`{${OF},level=~"emerg|alert|crit|err|error"}`)],
  });
}
