import { randomBytes } from "node:crypto";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrived, queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { joinFrontend } from "../../lab/world.ts";
import { destroy, emptyLab, settingsOf, type TestLab } from "./support/lab.ts";

let lab: TestLab;
let stack: Stack;

beforeAll(async () => {
  lab = await emptyLab();
  stack = await lab.stack("local", await settingsOf(lab, "local"));
  await stack.up();
  await joinFrontend(lab.docker);
});

afterAll(async () => {
  await destroy(lab, stack);
  await lab.close();
});

const series = (query: string) => queryMetrics(lab.world.metrics, query);

/** Waits for series that a rule keeps, then answers those that it drops. */
async function dropped(kept: string, query: string): Promise<unknown[]> {
  await arrived(kept, 180, () => series(kept));
  return series(query);
}

describe("metrics", () => {
  test("host: from the mounted root, with the labels of the Linux Server integration", async () => {
    const query = 'node_filesystem_size_bytes{mountpoint="/",host="local"}';
    const [root] = await arrived(query, 180, () => series(query));
    expect(root?.labels).toMatchObject({
      host: "local",
      instance: "local",
      job: "integrations/node_exporter",
    });
  });

  test("host: the wanted collectors and no other, no bridge or veth, no overlay", async () => {
    const job = 'job="integrations/node_exporter",host="local"';
    const collectors = await arrived("collectors", 180, () =>
      series(`node_scrape_collector_success{${job}}`),
    );
    expect(collectors.map(({ labels }) => labels.collector).sort()).toEqual([
      ...["cpu", "diskstats", "filesystem", "hwmon", "loadavg", "meminfo", "netdev", "netstat"],
      ...["sockstat", "stat", "time", "uname", "vmstat", "zfs"],
    ]);
    const devices = `node_network_receive_bytes_total{${job},device=~"veth.*|docker.*|br-.*|lo"}`;
    expect(await series(devices)).toEqual([]);
    expect(await series(`node_filesystem_size_bytes{${job},fstype="overlay"}`)).toEqual([]);
  });

  test("Traefik: counts and sums, no buckets", async () => {
    const job = 'job="traefik",instance="local",host="local"';
    const kept = `{${job},__name__=~"traefik_.+_(count|sum)"}`;
    expect(await dropped(kept, `{${job},__name__=~"traefik_.+_bucket"}`)).toEqual([]);
  });

  test("PostgreSQL: one target a database, no statistics by table", async () => {
    const up = await arrived("up", 180, () => series('up{job=~"postgres_.+",host="local"} == 1'));
    expect(up.map(({ labels }) => [labels.job, labels.instance]).sort()).toEqual([
      ["postgres_immich", "immich-db"],
      ["postgres_outline", "outline-db"],
    ]);
    const tables = '{job=~"postgres_.+",host="local",__name__=~"pg_(stat|statio)_user_.+"}';
    expect(await dropped('pg_up{host="local"} == 1', tables)).toEqual([]);
  });

  test("Alloy: no buckets; what loki_write counts is this host's", async () => {
    const kept = 'loki_write_sent_entries_total{job="alloy",host="local",sink!=""}';
    expect(await dropped(kept, '{job="alloy",host="local",__name__=~".+_bucket"}')).toEqual([]);
  });
});

describe("the journal", () => {
  const mark = randomBytes(6).toString("hex");
  const write = (identifier: string, text: string) => execa("logger", ["-t", identifier, text]);
  const lines = (selector: string) =>
    queryLogs(
      lab.world.logs,
      `{host="local",job="integrations/node_exporter"${selector}} |= "${mark}"`,
    );

  test("an entry of `logger` has its identifier as unit, and no label beyond the contract", async () => {
    await write("dccd", `deployed ${mark}`);
    const [line] = await arrived("dccd", 120, () => lines(',unit="dccd"'));
    const { service_name: _, detected_level: __, ...labels } = line?.labels ?? {};
    expect(labels).toEqual({
      host: "local",
      instance: "local",
      job: "integrations/node_exporter",
      level: "notice",
      syslog_identifier: "dccd",
      transport: "syslog",
      unit: "dccd",
    });
  });

  test("sessions of CRON and systemd-logind are dropped, their other lines kept", async () => {
    for (const identifier of ["CRON", "systemd-logind"]) {
      await write(identifier, `pam_unix(cron:session): session opened for user root ${mark} drop`);
      await write(identifier, `pam_unix(cron:session): session closed for user root ${mark} drop`);
      await write(identifier, `(root) CMD (true) ${mark} keep`);
    }
    await write("sshd", `pam_unix(sshd:session): session opened for user root ${mark} keep`);
    const kept = () => lines(',syslog_identifier=~"CRON|systemd-logind|sshd"');
    await arrived("three kept lines", 120, async () => {
      const found = await kept();
      return found.length >= 3 ? found : [];
    });
    expect((await kept()).map(({ line }) => line.endsWith("keep"))).toEqual([true, true, true]);
  });
});
