import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allAlerts } from "../../grafana/alerts/index.ts";
import { prometheusRules } from "../../grafana/alerts/prometheus-rules.ts";
import { hostProgram } from "../../lab/host-programs.ts";

/**
 * Each rule in Prometheus' own test harness: series in, alerts out. A value a minute, in the notation of
 * `promtool test rules`: `1x60` is 61 times 1, `_x5` five times none, `0+2x60` grows by 2.
 */
interface Case {
  name: string;
  series: Record<string, string>;
  /** Labels, without the severity, of what fires at a time. */
  fires: Record<string, Record<string, string>[]>;
}

const self = (name: string, host: string, more = "") =>
  `${name}{job="alloy",instance="${host}",host="${host}"${more}}`;
const node = (name: string, more = "") =>
  `${name}{job="integrations/node_exporter",instance="a",host="a"${more}}`;
const disk = (avail: string, { fstype = "ext4", readonly = "0" } = {}) => {
  const labels = `,mountpoint="/data",device="/dev/sda1",fstype="${fstype}"`;
  return {
    [node("node_filesystem_avail_bytes", labels)]: avail,
    [node("node_filesystem_size_bytes", labels)]: "100x600",
    [node("node_filesystem_readonly", labels)]: `${readonly}x600`,
  };
};
const unmeasured = (
  error: string,
  { mountpoint = "/data", fstype = "ext4", readonly = "0" } = {},
) => {
  const labels = `,mountpoint="${mountpoint}",device="/dev/sda1",fstype="${fstype}"`;
  return {
    [node("node_filesystem_device_error", labels)]: error,
    [node("node_filesystem_readonly", labels)]: `${readonly}x120`,
  };
};
const database = (up: string, answers: string) => {
  const labels = '{job="postgres_immich",instance="immich-db",host="a"}';
  return { [`up${labels}`]: up, [`pg_up${labels}`]: answers };
};
const immich = { host: "a", job: "postgres_immich", instance: "immich-db" };
const pool = (online: number, degraded: number) => ({
  [node("node_zfs_zpool_state", ',zpool="tank",state="online"')]: `${online}x60`,
  [node("node_zfs_zpool_state", ',zpool="tank",state="degraded"')]: `${degraded}x60`,
  [node("node_zfs_zpool_state", ',zpool="tank",state="faulted"')]: "0x60",
});
const seriesOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`s{job="j",n="${i}"}`, "1x40"]));
const read = (values: string) => ({
  [self("loki_source_journal_target_lines_total", "a")]: values,
});
const dropped = (values: string, reason = "too_old_for_cloud_free") => ({
  [self("loki_process_dropped_lines_total", "a", `,reason="${reason}"`)]: values,
});
const container = (id: string, processes: string, started: string, info = "1x90") => {
  const labels = `job="docker",instance="a",host="a",container_id="${id}"`;
  return {
    [`container_info{${labels},container="${id.split("-")[0]}"}`]: info,
    [`container_processes{${labels}}`]: processes,
    [`container_start_time_seconds{${labels}}`]: started,
  };
};
/** Without it the exporter would be what is wrong. */
const other = container("other", "3x90", "5x90");
const discovery = (failures: string, mechanism = "docker") => ({
  [self("prometheus_sd_refresh_failures_total", "a", `,mechanism="${mechanism}"`)]: failures,
});
const requests = (status: string, values: string) => ({
  [self("loki_write_request_duration_seconds_count", "a", `,status_code="${status}"`)]: values,
});
const components = (health: string, values: string) => ({
  [self("alloy_component_controller_running_components", "a", `,health_type="${health}"`)]: values,
});
const token = (days: number) => ({
  [node("host_token_expiry_timestamp_seconds", ',token="push"')]: `${days * 86_400}x180`,
});

const cases: Record<string, Case[]> = {
  "host-silent": [
    {
      name: "a host whose samples stop, until it is forgotten after a day; another continues",
      series: { [self("up", "a")]: "1x1700", [self("up", "b")]: "1x60 _x1640" },
      fires: { "60m": [], "65m": [], "72m": [{ host: "b" }], "24h": [{ host: "b" }], "26h": [] },
    },
    {
      name: "a host that comes back is well at once",
      series: { [self("up", "b")]: "1x60 _x30 1x60" },
      fires: { "85m": [{ host: "b" }], "93m": [] },
    },
    {
      name: "not a restart of four minutes, nor an agent that is up but whose target is down",
      series: { [self("up", "a")]: "1x60 _x4 0x60" },
      fires: { "64m": [], "66m": [], "110m": [] },
    },
    {
      name: "not a host that still sends something of another job",
      series: { [self("up", "a")]: "1x60 _x60", [node("up")]: "1x120" },
      fires: { "110m": [] },
    },
  ],
  "disk-almost-full": [
    {
      name: "less than a tenth for a quarter of an hour",
      series: disk("50x10 9x60"),
      fires: { "20m": [], "30m": [{ host: "a", mountpoint: "/data" }] },
    },
    {
      name: "not exactly a tenth, not one that is read-only, not memory",
      series: {
        ...disk("10x60"),
        ...disk("0x60", { readonly: "1", fstype: "squashfs" }),
        ...disk("0x60", { fstype: "tmpfs" }),
      },
      fires: { "50m": [] },
    },
  ],
  "disk-filling": [
    {
      name: "one that is full within a day at the pace of now",
      series: disk("35-0.1x240"),
      fires: { "50m": [], "2h": [{ host: "a", mountpoint: "/data" }] },
    },
    { name: "not one with room enough", series: disk("90-0.1x240"), fires: { "4h": [] } },
    { name: "not one that fills slowly", series: disk("35-0.01x240"), fires: { "4h": [] } },
  ],
  "disk-not-measured": [
    {
      name: "one without a size, for an hour",
      series: unmeasured("1x120"),
      fires: { "50m": [], "70m": [{ host: "a", mountpoint: "/data" }] },
    },
    {
      name: "not one with a size, one that is read-only, or one in memory",
      series: {
        ...unmeasured("0x120"),
        ...unmeasured("1x120", { mountpoint: "/image", readonly: "1" }),
        ...unmeasured("1x120", { mountpoint: "/memory", fstype: "tmpfs" }),
      },
      fires: { "110m": [] },
    },
  ],
  "zfs-pool-degraded": [
    {
      name: "a degraded pool, once, whatever its other states are",
      series: pool(0, 1),
      fires: { "1m": [], "5m": [{ host: "a", zpool: "tank" }] },
    },
    { name: "not one that is online", series: pool(1, 0), fires: { "50m": [] } },
  ],
  "container-restarts": [
    {
      name: "one that ends after seconds, each minute",
      series: { ...other, ...container("loop", "1x90", "5x20 60+60x70") },
      fires: { "30m": [], "50m": [{ host: "a", container: "loop" }] },
    },
    {
      name: "one that ends at once and was seen alone at its first start",
      series: { ...other, ...container("loop", "1x1 stale _x90", "5x1 stale _x90") },
      fires: { "15m": [], "30m": [{ host: "a", container: "loop" }] },
    },
    {
      name: "not one that was restarted twice",
      series: { ...other, ...container("twice", "1x90", "5x20 900x5 1200x60") },
      fires: { "25m": [], "40m": [] },
    },
    {
      name: "not one that is recreated under its name, a minute after its end",
      series: {
        ...container("name-1", "1x20 stale", "5x20 stale", "1x21 stale"),
        ...container("name-2", "_x21 1x70", "_x21 900x70", "_x21 1x70"),
      },
      fires: { "40m": [], "60m": [] },
    },
    {
      name: "not one whose processes are never seen, nor all when the exporter fails",
      series: {
        ...container("unseen", "_x90", "_x90"),
        ...container("o", "1x40 stale _x50", "5x40 stale _x50"),
      },
      fires: { "30m": [], "80m": [] },
    },
  ],
  "postgres-down": [
    {
      name: "a database that its exporter can't reach",
      series: database("1x60", "1x10 0x50"),
      fires: { "12m": [], "15m": [immich] },
    },
    {
      name: "an exporter that is down, whose own series have ended",
      series: database("1x10 0x50", "1x10 stale _x50"),
      fires: { "12m": [], "16m": [immich] },
    },
    {
      name: "not a restart of two minutes",
      series: database("1x60", "1x10 0x1 1x50"),
      fires: { "14m": [], "30m": [] },
    },
  ],
  "journal-silent": [
    {
      name: "a reader that reads nothing from its start on",
      series: read("0x60"),
      fires: { "10m": [], "20m": [{ host: "a" }] },
    },
    {
      name: "one that stops reading, after three hours",
      series: read("0+5x60 300x300"),
      fires: { "3h30m": [], "4h30m": [{ host: "a" }] },
    },
    {
      name: "not a quiet host with a line an hour, restarted in between",
      series: read("4x59 5x59 6x59 0x59 1x59 2x59"),
      fires: { "2h": [], "3h50m": [], "5h30m": [] },
    },
  ],
  "container-logs-silent": [
    {
      name: "a reader that reads nothing from its start on",
      series: { [self("loki_source_docker_target_entries_total", "a")]: "0x60" },
      fires: { "10m": [], "20m": [{ host: "a" }] },
    },
    {
      name: "not a host whose containers write a line in two hours",
      series: { [self("loki_source_docker_target_entries_total", "a")]: "4x119 5x119 6x119" },
      fires: { "4h": [], "5h50m": [] },
    },
  ],
  "docker-not-answering": [
    {
      name: "a proxy that refuses each call",
      series: discovery("0x20 0+2x60"),
      fires: { "20m": [], "40m": [{ host: "a" }] },
    },
    {
      name: "not one that is recreated, nor another way of discovery",
      series: { ...discovery("0x20 4x60"), ...discovery("0+2x80", "file") },
      fires: { "30m": [], "70m": [] },
    },
  ],
  "log-token-refused": [
    {
      name: "requests that are answered with 401 for longer than a new token takes",
      series: { ...requests("204", "5x60"), ...requests("401", "0x5 0+3x55") },
      fires: { "15m": [], "30m": [{ host: "a" }] },
    },
    {
      name: "not some of the first minutes, nor a sink that is away",
      series: { ...requests("401", "0x5 2x55"), ...requests("503", "0+3x60") },
      fires: { "12m": [], "18m": [], "50m": [] },
    },
  ],
  "components-unhealthy": [
    {
      name: "one that does not work for a quarter of an hour",
      series: { ...components("healthy", "20x60"), ...components("exited", "_x5 1x55") },
      fires: { "15m": [], "25m": [{ host: "a" }] },
    },
    {
      name: "not one that heals, nor those that work",
      series: { ...components("healthy", "20x60"), ...components("unhealthy", "2x9 0x50") },
      fires: { "8m": [], "20m": [], "50m": [] },
    },
  ],
  "agent-restarts": [
    {
      name: "four starts in an hour",
      series: { [self("alloy_resources_process_start_time_seconds", "a")]: "1x9 2x9 3x9 4x9 5x60" },
      fires: { "35m": [], "45m": [{ host: "a" }] },
    },
    {
      name: "not three",
      series: { [self("alloy_resources_process_start_time_seconds", "a")]: "1x9 2x9 3x9 4x60" },
      fires: { "50m": [] },
    },
  ],
  "state-set-aside": [
    {
      name: "a file that was put aside, for a day",
      series: {
        [node("host_alloy_state_set_aside_timestamp_seconds", ',path="data/x/wal"')]:
          "_x9 600x1800",
      },
      fires: {
        "8m": [],
        "11m": [{ host: "a", path: "data/x/wal" }],
        "24h": [{ host: "a", path: "data/x/wal" }],
        "25h": [],
      },
    },
  ],
  "log-lines-too-old": [
    {
      name: "lines that are dropped hour after hour",
      series: dropped("_x30 0+3x300"),
      fires: { "2h": [], "3h": [{ host: "a" }] },
    },
    {
      name: "not those that a first start brings, all at once or within 20 minutes",
      series: dropped("_x30 50x20 50+7x20 190x400"),
      fires: { "1h": [], "2h": [], "3h": [], "5h": [] },
    },
    {
      name: "not those that are dropped as noise",
      series: dropped("_x30 0+3x300", "pam_session_noise"),
      fires: { "4h": [] },
    },
  ],
  "series-budget": [
    { name: "more than 80 % of it", series: seriesOf(81), fires: { "10m": [], "20m": [{}] } },
    { name: "not exactly 80 %", series: seriesOf(80), fires: { "30m": [] } },
  ],
  "token-near-end": [
    {
      name: "a token with 13 days left, for an hour",
      series: token(13),
      fires: { "50m": [], "70m": [{ host: "a", token: "push" }] },
    },
    {
      name: "one that has ended",
      series: token(0),
      fires: { "70m": [{ host: "a", token: "push" }] },
    },
    { name: "not one with 15 days left", series: token(15), fires: { "3h": [] } },
  ],
};

/** promtool loads 10,000 samples at most, so the budget of 10,000 series is one of 100 here. */
const alerts = allAlerts(100);

let promtool: string;
let work: string;

beforeAll(async () => {
  promtool = await hostProgram("promtool");
  work = await mkdtemp(join(tmpdir(), "rules-"));
  await writeFile(join(work, "rules.json"), JSON.stringify(prometheusRules(alerts)));
}, 600_000);

afterAll(() => rm(work, { recursive: true }));

test("every rule has cases that fire and cases that do not", () => {
  expect(Object.keys(cases)).toEqual(Object.keys(alerts));
  for (const [name, own] of Object.entries(cases)) {
    const counts = own.flatMap(({ fires }) => Object.values(fires).map((all) => all.length));
    expect(
      counts.some((count) => count > 0),
      name,
    ).toBe(true);
    expect(counts.includes(0), name).toBe(true);
  }
});

test("the rules are valid", async () => {
  const { all, exitCode } = await tool("check", "rules", "rules.json");
  expect(exitCode, all).toBe(0);
  expect(all).toContain(`${Object.keys(alerts).length} rules found`);
});

describe.each(Object.keys(cases))("%s", (name) => {
  test.each(cases[name] as Case[])("$name", async (wanted) => {
    const file = `${name}-${cases[name]?.indexOf(wanted)}.json`;
    await writeFile(join(work, file), JSON.stringify(harness(name, wanted)));
    const { all, exitCode } = await tool("test", "rules", file);
    expect(exitCode, all).toBe(0);
  });
});

function tool(...args: string[]) {
  return execa(promtool, args, { cwd: work, all: true, reject: false });
}

/** A test as promtool reads it; JSON is YAML. */
function harness(name: string, { series, fires }: Case) {
  const alert = alerts[name];
  return {
    rule_files: ["rules.json"],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series).map(([id, values]) => ({ series: id, values })),
        alert_rule_test: Object.entries(fires).map(([time, labels]) => ({
          eval_time: time,
          alertname: alert?.title,
          exp_alerts: labels.map((own) => ({
            exp_labels: { ...own, severity: alert?.severity },
          })),
        })),
      },
    ],
  };
}
