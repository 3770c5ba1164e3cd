import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { arrived } from "../support/arrived.ts";
import { component, counter } from "./support/agent.ts";
import { fastPipelines } from "./support/fast-pipelines.ts";
import { type HostMounts, hostMounts } from "./support/host-mounts.ts";
import { journalFile } from "./support/journal-file.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";
import { sampleTimes } from "./support/raw-samples.ts";
import { compose, removeWriters, writeAged, writer } from "./support/writers.ts";

/**
 * The rules of the pipelines, each with data that shows it. `PIPELINES=dir` runs the same tests over other
 * pipeline files: over files without a rule, the tests of that rule fail.
 */
const source = process.env.PIPELINES ?? pipelineDirectory;

/** A host of its own, so that nothing in the sinks is an earlier deployment's. */
const HOST = `signals-${randomBytes(3).toString("hex")}`;
/** What this run writes is told by this. */
const mark = randomBytes(6).toString("hex");
/** Stands for the 60 s between two scrapes, and the 10 min between two polls of GitHub. */
const POLL_SECONDS = 10;

let lab: TestLab;
let stack: Stack;
let settings: StackSettings;
let pipelines: string;
let removeJournal: (() => Promise<void>) | undefined;
let mounts: HostMounts;
const writers = ["rules-aged", "rules-plain", "rules-secret", "rules-service"].map(
  (name) => `${name}-${mark}`,
);
const [AGED = "", PLAIN = "", SECRET = "", SERVICE = ""] = writers;

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, "local", (given) => ({
    ...given,
    host: { ...(given.host as object), name: HOST },
    github: { ...(given.github as object), pollingHost: HOST },
    logs: {
      exclude: { containers: [SECRET], composeServices: ["rules/private"] },
      redact: {
        patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
        expressions: ["session=(\\w+)"],
      },
    },
  }));
  const host = settings.host as { directory: string };
  host.directory = host.directory.replace("/local/", `/${HOST}/`);
  pipelines = await fastPipelines(source, POLL_SECONDS);
  removeJournal = await journalFile(lab, journalEntries);
  mounts = await hostMounts();
  stack = await lab.stack("local", settings, pipelines);
  await stack.up();
  await joinFrontend(lab.docker);
});

afterAll(async () => {
  await removeJournal?.();
  await mounts?.remove();
  await removeWriters(lab, writers);
  await removeTraefik(lab);
  await stack.destroy();
  await rm((settings.host as { directory: string }).directory, { recursive: true });
  await rm(pipelines, { recursive: true });
  await lab.close();
});

const series = (query: string) => queryMetrics(lab.world.metrics, query);
const lines = (query: string, hours?: number) => queryLogs(lab.world.logs, query, { hours });

/** Labels of a stream without those that Loki adds. */
function own(labels: Record<string, string> = {}): Record<string, string> {
  const { service_name: _, detected_level: __, ...rest } = labels;
  return rest;
}

/** Waits until there are at least two. */
function both<T>(what: string, query: () => Promise<T[]>): Promise<T[]> {
  return arrived(`two of ${what}`, 180, async () => {
    const found = await query();
    return found.length >= 2 ? found : [];
  });
}

/** Waits for series that a rule keeps, then answers those that it drops. */
async function dropped(kept: string, query: string): Promise<unknown[]> {
  await arrived(kept, 180, () => series(kept));
  return series(query);
}

describe("metrics", () => {
  test("host: from the mounted root, with the labels of the Linux Server integration", async () => {
    const { path, bytes } = mounts.disk;
    const query = `node_filesystem_size_bytes{mountpoint="${path}",host="${HOST}"}`;
    const [disk] = await arrived(query, 180, () => series(query));
    expect(disk?.value).toBe(bytes);
    expect(disk?.labels).toMatchObject({
      host: HOST,
      instance: HOST,
      job: "integrations/node_exporter",
    });
  });

  test("host: the wanted collectors and no other, no bridge or veth, no overlay", async () => {
    const job = `job="integrations/node_exporter",host="${HOST}"`;
    const collectors = await arrived("collectors", 180, () =>
      series(`node_scrape_collector_success{${job}}`),
    );
    expect(collectors.map(({ labels }) => labels.collector).sort()).toEqual([
      ...["cpu", "diskstats", "filesystem", "hwmon", "loadavg", "meminfo", "netdev", "netstat"],
      ...["sockstat", "stat", "textfile", "time", "uname", "vmstat", "zfs"],
    ]);
    const devices = `node_network_receive_bytes_total{${job},device=~"veth.*|docker.*|br-.*|lo"}`;
    expect(await series(devices)).toEqual([]);
    expect(await series(`node_filesystem_size_bytes{${job},fstype="overlay"}`)).toEqual([]);
  });

  test("Traefik: counts and sums, no buckets, its own labels", async () => {
    const job = `job="traefik",instance="${HOST}",host="${HOST}"`;
    const kept = `{${job},__name__=~"traefik_.+_(count|sum)"}`;
    expect(await dropped(kept, `{${job},__name__=~"traefik_.+_bucket"}`)).toEqual([]);
    const routers = await series(`traefik_router_requests_total{${job}}`);
    expect(new Set(routers.flatMap(({ labels }) => Object.keys(labels)))).toEqual(
      new Set([
        ...["__name__", "code", "host", "instance", "job", "method", "protocol", "router"],
        "service",
      ]),
    );
  });

  test("PostgreSQL: one target a database, no statistics by table", async () => {
    const up = await both("targets", () => series(`up{job=~"postgres_.+",host="${HOST}"} == 1`));
    expect(up.map(({ labels }) => [labels.job, labels.instance]).sort()).toEqual([
      ["postgres_immich", "immich-db"],
      ["postgres_outline", "outline-db"],
    ]);
    const tables = `{job=~"postgres_.+",host="${HOST}",__name__=~"pg_(stat|statio)_user_.+"}`;
    expect(await dropped(`pg_up{host="${HOST}"} == 1`, tables)).toEqual([]);
  });

  test("PostgreSQL: a database that is down shows, and so does an exporter", async () => {
    const outline = `job="postgres_outline",host="${HOST}"`;
    const server = lab.client.getContainer("lab-postgres");
    await server.stop();
    try {
      await arrived("pg_up 0", 180, () => series(`pg_up{${outline}} == 0`));
      expect(await series(`up{${outline}} == 1`)).toHaveLength(1);
    } finally {
      await server.start();
    }
    const exporter = lab.client.getContainer("lab-outline-db-exporter");
    await exporter.stop();
    try {
      await arrived("up 0", 180, () => series(`up{${outline}} == 0`));
    } finally {
      await exporter.start();
    }
    await arrived("up 1", 180, () => series(`up{${outline}} == 1 and pg_up{${outline}} == 1`));
  });

  test("Alloy: nothing for each bucket, connection and target; what loki_write counts is this host's", async () => {
    const kept = `loki_write_sent_entries_total{job="alloy",host="${HOST}",sink!=""}`;
    const names =
      ".+_bucket|net_conntrack_.+|alloy_fanout_.+|prometheus_target_(interval_length|metadata_cache|scrape_pool|sync)_.+";
    expect(await dropped(kept, `{job="alloy",host="${HOST}",__name__=~"${names}"}`)).toEqual([]);
  });
});

describe("GitHub", () => {
  const polled = `up{job="integrations/github_exporter",host="${HOST}"}`;
  const stars = `github_repo_stars{job="integrations/github_exporter",host="${HOST}"}`;
  const calls = async (): Promise<Record<string, number>> =>
    (await fetch(lab.world.github.callsUrl)).json() as Promise<Record<string, number>>;
  const polls = async () => (await calls())["/repos/DevSecNinja/dotfiles/pulls"] ?? 0;

  test("every 10 minutes is what the pipeline says", async () => {
    const text = await readFile(join(source, "github.alloy"), "utf8");
    expect(text.match(/scrape_interval += "(.+)"/)?.[1]).toBe("10m");
  });

  test(`both repositories, at its interval (${POLL_SECONDS} s in place of 10 min)`, async () => {
    const found = await both(stars, () => series(stars));
    expect(found.map(({ labels }) => labels.repo).sort()).toEqual(["dotfiles", "truenas-apps"]);
    await sleep(3 * POLL_SECONDS * 1000);
    const [times = []] = await sampleTimes(lab.world.metrics, polled, 4 * POLL_SECONDS);
    expect(times.length).toBeGreaterThanOrEqual(3);
    const gaps = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    expect(new Set(gaps)).toEqual(new Set([POLL_SECONDS]));
    const polledBoth = ["truenas-apps", "dotfiles"].map((name) => `/repos/DevSecNinja/${name}`);
    expect(Object.keys(await calls())).toEqual(expect.arrayContaining(polledBoth));
  });

  test("not at all on a host that another one polls for", async () => {
    const github = { ...(settings.github as object), pollingHost: "another" };
    await (await lab.stack("local", { ...settings, github }, pipelines)).up();
    const before = await polls();
    const since = Date.now() / 1000;
    await sleep(2 * POLL_SECONDS * 1000);
    expect(await polls()).toBe(before);
    expect(await series(`timestamp(${polled}) > ${since}`)).toEqual([]);
    const { exports } = JSON.parse(await component(lab, "discovery.relabel.github"));
    expect(exports).toContainEqual({
      name: "output",
      type: "attr",
      value: { type: "array", value: [] },
    });
  });
});

describe("container logs", () => {
  test("have the labels of the document and no other", async () => {
    const container = await writer(lab, {
      name: PLAIN,
      script: `echo plain ${mark}; sleep 86400`,
      labels: compose("rules", "plain"),
      networks: ["lab", "immich-backend"],
    });
    const query = `{host="${HOST}"} |= "plain ${mark}"`;
    const found = await arrived("the line", 120, () => lines(query));
    expect(found.map(({ line }) => line)).toEqual([`plain ${mark}`]);
    expect(own(found[0]?.labels)).toEqual({
      compose_project: "rules",
      compose_service: "plain",
      container: PLAIN,
      host: HOST,
      job: "docker",
    });
    await container.stop({ t: 0 });
  });

  test("of 166 h are delivered, of 168 h dropped and counted, and their batch arrives", async () => {
    const refused = () => counter(lab, "loki_write_dropped_entries_total");
    const before = await refused();
    const container = await writer(lab, { name: AGED });
    await writeAged(container, [
      { text: `aged-168 ${mark}`, hoursAgo: 168 },
      { text: `aged-166 ${mark}`, hoursAgo: 166 },
      { text: `aged-0 ${mark}`, hoursAgo: 0 },
    ]);
    const query = `{host="${HOST}",container="${AGED}"} |= "${mark}"`;
    const found = await both("two entries", () => lines(query, 169));
    expect(found.map(({ line }) => line).sort()).toEqual([`aged-0 ${mark}`, `aged-166 ${mark}`]);
    const tooOld = ['component_id="loki.process.containers"', 'reason="too_old_for_cloud_free"'];
    expect(await counter(lab, "loki_process_dropped_lines_total", tooOld)).toBe(1);
    expect((await refused()) - before).toBe(0);
  });

  test("of an excluded container or compose service never leave the host", async () => {
    await writer(lab, { name: SECRET, script: `echo secret ${mark}; sleep 86400` });
    const labels = compose("rules", "private");
    await writer(lab, { name: SERVICE, script: `echo private ${mark}; sleep 86400`, labels });
    const read = () => counter(lab, "loki_relabel_entries_processed", ["loki.relabel.containers"]);
    const kept = () => counter(lab, "loki_relabel_entries_written", ["loki.relabel.containers"]);
    await arrived("two lines kept", 120, async () =>
      (await read()) - (await kept()) >= 2 ? [1] : [],
    );
    await sleep(5000);
    expect(await lines(`{host="${HOST}"} |~ "(secret|private) ${mark}"`)).toEqual([]);
  });

  test("have what is redacted replaced, and so has the journal", async () => {
    const text = "10.1.2.3 [2001:db8::7]:53 jo@example.org Bearer abc.def-123 session=s3cr3t";
    const name = PLAIN;
    await removeWriters(lab, [name]);
    await writer(lab, { name, script: `echo 'redact ${mark} ${text}'; sleep 86400` });
    await execa("logger", ["-t", "redact", `redact ${mark} ${text}`]);
    const query = `{host="${HOST}"} |= "redact ${mark}"`;
    const found = await both("both lines", () => lines(query));
    const expected =
      "<ip-address> [<ip-address>]:53 <email-address> Bearer <bearer-token> session=<redacted>";
    expect(found.map(({ line }) => line)).toEqual(Array(2).fill(`redact ${mark} ${expected}`));
  });

  test("of a container that is included again start with what it writes then", async () => {
    const { logs: _, ...included } = settings;
    await (await lab.stack("local", included, pipelines)).up();
    const exec = await lab.client
      .getContainer(SECRET)
      .exec({ Cmd: ["sh", "-c", `echo open ${mark} >/proc/1/fd/1`] });
    await exec.start({});
    const query = `{host="${HOST}",container="${SECRET}"}`;
    const found = await arrived("the new line", 120, () => lines(query));
    expect(found.map(({ line }) => line)).toEqual([`open ${mark}`]);
  });
});

/** Entries of this machine's past: only a journal file of its own can hold them. */
const journalEntries = [
  ...[13, 11].map((hoursAgo) => ({
    hoursAgo,
    message: `aged ${mark}`,
    fields: { _TRANSPORT: "syslog", SYSLOG_IDENTIFIER: `aged-${hoursAgo}h` },
  })),
  {
    hoursAgo: 0.2,
    message: `smart ${mark}`,
    fields: {
      _TRANSPORT: "stdout",
      SYSLOG_IDENTIFIER: "smartd",
      _SYSTEMD_UNIT: "smartd.service",
      PRIORITY: "4",
    },
  },
  {
    hoursAgo: 0.2,
    message: `scope ${mark}`,
    fields: {
      _TRANSPORT: "syslog",
      SYSLOG_IDENTIFIER: "dccd",
      _SYSTEMD_UNIT: "session-3.scope",
      PRIORITY: "6",
    },
  },
];

describe("the journal", () => {
  const write = (identifier: string, text: string) => execa("logger", ["-t", identifier, text]);
  const node = "integrations/node_exporter";
  const journal = (selector: string, text = mark, hours?: number) =>
    lines(`{host="${HOST}",job="${node}"${selector}} |= "${text}"`, hours);

  test("an entry of `logger` has its identifier as unit, and no label beyond the contract", async () => {
    await write("dccd", `deployed ${mark}`);
    const [line] = await arrived("dccd", 120, () => journal(',unit="dccd"', `deployed ${mark}`));
    expect(own(line?.labels)).toEqual({
      host: HOST,
      instance: HOST,
      job: node,
      level: "notice",
      syslog_identifier: "dccd",
      transport: "syslog",
      unit: "dccd",
    });
  });

  test("an entry of cron's session scope has its identifier as unit", async () => {
    const [line] = await arrived("scope", 120, () => journal("", `scope ${mark}`));
    expect(own(line?.labels)).toEqual({
      host: HOST,
      instance: HOST,
      job: node,
      level: "info",
      syslog_identifier: "dccd",
      transport: "syslog",
      unit: "dccd",
    });
  });

  test("an entry of a service has the service as unit, and no boot id", async () => {
    const [line] = await arrived("smartd", 120, () => journal("", `smart ${mark}`));
    expect(own(line?.labels)).toEqual({
      host: HOST,
      instance: HOST,
      job: node,
      level: "warning",
      syslog_identifier: "smartd",
      transport: "stdout",
      unit: "smartd.service",
    });
  });

  test("a fresh start reads the last 12 h and no more", async () => {
    const found = await arrived("11 h", 120, () => journal("", `aged ${mark}`, 24));
    expect(found.map(({ labels }) => labels.unit)).toEqual(["aged-11h"]);
  });

  test("is read by uid 3125 with the group of the journal and no other", async () => {
    const { State } = await lab.client.getContainer("alloy").inspect();
    const status = await readFile(`/proc/${State.Pid}/status`, "utf8");
    const field = (name: string) => status.match(new RegExp(`^${name}:\\s+(.*?)\\s*$`, "m"))?.[1];
    expect([field("Uid"), field("Gid"), field("Groups"), field("CapEff")]).toEqual([
      "3125\t3125\t3125\t3125",
      "3125\t3125\t3125\t3125",
      `${lab.facts.journal.gid} 3125`
        .split(" ")
        .sort((a, b) => Number(a) - Number(b))
        .join(" "),
      "0000000000000000",
    ]);
  });

  test("sessions of CRON and systemd-logind are dropped, their other lines kept", async () => {
    for (const identifier of ["CRON", "systemd-logind"]) {
      await write(identifier, `pam_unix(cron:session): session opened for user root ${mark} drop`);
      await write(identifier, `pam_unix(cron:session): session closed for user root ${mark} drop`);
      await write(identifier, `(root) CMD (true) ${mark} keep`);
    }
    await write("sshd", `pam_unix(sshd:session): session opened for user root ${mark} keep`);
    const kept = () => journal(',syslog_identifier=~"CRON|systemd-logind|sshd"');
    await arrived("three kept lines", 120, async () => {
      const found = await kept();
      return found.length >= 3 ? found : [];
    });
    expect((await kept()).map(({ line }) => line.endsWith("keep"))).toEqual([true, true, true]);
  });
});
