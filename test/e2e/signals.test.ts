import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { arrived } from "../support/arrived.ts";
import { counter } from "./support/agent.ts";
import { type HostMounts, hostMounts } from "./support/host-mounts.ts";
import { type HostNetwork, hostNetwork } from "./support/host-network.ts";
import { journalFile } from "./support/journal-file.ts";
import type { TestLab } from "./support/lab.ts";
import { metricRules } from "./support/metric-rules.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";
import { sampleTimes } from "./support/raw-samples.ts";
import { compose, removeWriters, writeAged, writer } from "./support/writers.ts";

/** The rules of the pipelines, each with data that shows it. */

/** What this run writes is told by this. */
const mark = randomBytes(6).toString("hex");
/** Stands for the 60 s between two scrapes, and the 10 min between two polls of GitHub. */
const POLL_SECONDS = 10;

let host: OwnHost;
let lab: TestLab;
let HOST: string;
let removeJournal: (() => Promise<void>) | undefined;
let mounts: HostMounts;
let network: HostNetwork;
const writers = ["rules-aged", "rules-plain", "rules-secret", "rules-service", "rules-three"].map(
  (name) => `${name}-${mark}`,
);
const [AGED = "", PLAIN = "", SECRET = "", SERVICE = "", THREE = ""] = writers;

beforeAll(async () => {
  host = await ownHost({
    prefix: "signals",
    scrapeSeconds: POLL_SECONDS,
    settings: (name, given) => ({
      ...given,
      github: { ...(given.github as object), pollingHost: name },
      logs: {
        exclude: { containers: [SECRET], composeServices: ["rules/private"] },
        redact: {
          patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
          expressions: ["session=(\\w+)"],
        },
      },
    }),
  });
  lab = host.lab;
  HOST = host.name;
  removeJournal = await journalFile(lab, journalEntries);
  mounts = await hostMounts();
  network = await hostNetwork();
  await host.deploy();
});

afterAll(async () => {
  await removeJournal?.();
  await mounts?.remove();
  await network?.remove();
  await removeWriters(lab, writers);
  await host.remove();
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

metricRules(() => ({ lab, host: HOST, disk: mounts.disk, network, series, both, three: THREE }));

describe("GitHub", () => {
  const job = () => `job="integrations/github_exporter",host="${HOST}"`;
  const calls = async (): Promise<Record<string, number>> =>
    (await fetch(lab.world.github.callsUrl)).json() as Promise<Record<string, number>>;

  test("both repositories, at its interval", async () => {
    const stars = `github_repo_stars{${job()}}`;
    const found = await both(stars, () => series(stars));
    expect(found.map(({ labels }) => labels.repo).sort()).toEqual(["dotfiles", "truenas-apps"]);
    await sleep(3 * POLL_SECONDS * 1000);
    const [times = []] = await sampleTimes(lab.world.metrics, `up{${job()}}`, 4 * POLL_SECONDS);
    expect(times.length).toBeGreaterThanOrEqual(3);
    const gaps = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    expect(new Set(gaps)).toEqual(new Set([POLL_SECONDS]));
    const polledBoth = ["truenas-apps", "dotfiles"].map((name) => `/repos/DevSecNinja/${name}`);
    expect(Object.keys(await calls())).toEqual(expect.arrayContaining(polledBoth));
  });

  test("not at all on a host that another one polls for", async () => {
    const github = { ...(host.settings.github as object), pollingHost: "svlnas" };
    await (await host.stack({ ...host.settings, github })).up();
    const before = await calls();
    const since = Date.now() / 1000;
    await sleep(2 * POLL_SECONDS * 1000);
    expect(await calls()).toEqual(before);
    expect(await series(`timestamp(up{${job()}}) > ${since}`)).toEqual([]);
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
    const named = { container: PLAIN, compose_project: "rules", compose_service: "plain" };
    expect(own(found[0]?.labels)).toEqual({ ...named, host: HOST, job: "docker" });
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
    const { logs: _, ...included } = host.settings;
    await (await host.stack(included)).up();
    const Cmd = ["sh", "-c", `echo open ${mark} >/proc/1/fd/1`];
    await (await lab.client.getContainer(SECRET).exec({ Cmd })).start({});
    const query = `{host="${HOST}",container="${SECRET}"}`;
    const found = await arrived("the new line", 120, () => lines(query));
    expect(found.map(({ line }) => line)).toEqual([`open ${mark}`]);
  });
});

/** Entries of this machine's past: only a journal file of its own can hold them. */
const entry = (hoursAgo: number, text: string, identifier: string, fields = {}) => ({
  hoursAgo,
  message: `${text} ${mark}`,
  fields: { _TRANSPORT: "syslog", SYSLOG_IDENTIFIER: identifier, ...fields },
});
const smartd = { _TRANSPORT: "stdout", _SYSTEMD_UNIT: "smartd.service", PRIORITY: "4" };
const journalEntries = [
  ...[13, 11].map((hours) => entry(hours, "aged", `aged-${hours}h`)),
  entry(0.2, "smart", "smartd", smartd),
  entry(0.2, "scope", "dccd", { _SYSTEMD_UNIT: "session-3.scope", PRIORITY: "6" }),
  entry(0.2, "deployed", "dccd"),
  entry(0.2, "numbered", "job-1234"),
  entry(0.2, "transient", "1487d0af5f52", { ...smartd, _SYSTEMD_UNIT: "run-r8f1c2d3e.service" }),
  entry(0.2, "instance", "sftp", {
    ...smartd,
    _SYSTEMD_UNIT: "sshd@7-10.0.0.1:22-10.0.0.2:50.service",
  }),
  entry(0.2, "contained", "web", { _TRANSPORT: "journal", CONTAINER_NAME: "web" }),
];

describe("the journal", () => {
  const write = (identifier: string, text: string) => execa("logger", ["-t", identifier, text]);
  const node = "integrations/node_exporter";
  const journal = (selector: string, text = mark, hours?: number) =>
    lines(`{host="${HOST}",job="${node}"${selector}} |= "${text}"`, hours);

  test.each([
    ["an entry of syslog", "deployed", "dccd", { unit: "dccd", level: "notice" }],
    ["an entry of cron's session scope", "scope", "dccd", { unit: "dccd", level: "info" }],
    [
      "an entry of a service",
      "smart",
      "smartd",
      { unit: "smartd.service", level: "warning", transport: "stdout" },
    ],
    ["an identifier with a number", "numbered", "job", { unit: "job", level: "notice" }],
    [
      "a transient unit",
      "transient",
      "id",
      { unit: "run.service", level: "warning", transport: "stdout" },
    ],
    [
      "a unit of one connection",
      "instance",
      "sftp",
      { unit: "sshd@.service", level: "warning", transport: "stdout" },
    ],
  ])(
    "%s has its unit, and no label beyond the contract",
    async (_what, text, identifier, labels) => {
      const [line] = await arrived(text, 120, () => journal("", `${text} ${mark}`));
      const always = { host: HOST, instance: HOST, job: node, transport: "syslog" };
      expect(own(line?.labels)).toEqual({ ...always, syslog_identifier: identifier, ...labels });
    },
  );

  test("lines of containers, which Docker's driver `journald` writes, are left to Docker", async () => {
    await arrived("its neighbour", 120, () => journal("", `instance ${mark}`));
    expect(await lines(`{host="${HOST}"} |= "contained ${mark}"`)).toEqual([]);
  });

  test("a fresh start reads the last 12 h and no more", async () => {
    const found = await arrived("11 h", 120, () => journal("", `aged ${mark}`, 24));
    expect(found.map(({ labels }) => labels.unit)).toEqual(["aged-11h"]);
  });

  test("is read by uid 3125 with the group of the journal and no other", async () => {
    const { State } = await lab.client.getContainer("alloy").inspect();
    const status = await readFile(`/proc/${State.Pid}/status`, "utf8");
    const field = (name: string) => status.match(new RegExp(`^${name}:\\s+(.*?)\\s*$`, "m"))?.[1];
    const groups = [lab.facts.journal.gid, 3125].sort((a, b) => a - b).join(" ");
    const ids = Array(4).fill("3125").join("\t");
    expect(["Uid", "Gid", "Groups", "CapEff"].map(field)).toEqual([
      ...[ids, ids, groups, "0".repeat(16)],
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
    await arrived("three kept lines", 120, async () => ((await kept()).length >= 3 ? [1] : []));
    expect((await kept()).map(({ line }) => line.endsWith("keep"))).toEqual([true, true, true]);
  });
});
