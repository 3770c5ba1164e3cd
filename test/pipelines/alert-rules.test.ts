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
  "zfs-pool-degraded": [
    {
      name: "a degraded pool, once, whatever its other states are",
      series: pool(0, 1),
      fires: { "1m": [], "5m": [{ host: "a", zpool: "tank" }] },
    },
    { name: "not one that is online", series: pool(1, 0), fires: { "50m": [] } },
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
