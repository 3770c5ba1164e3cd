import { readFile, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import type { Alert } from "../../grafana/alerts/alert.ts";
import { allAlerts } from "../../grafana/alerts/index.ts";
import { badValues } from "../../grafana/alerts/prometheus-rules.ts";
import { allPanels, type Target } from "../../grafana/dashboards/built.ts";
import { fill } from "../../grafana/dashboards/fill.ts";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import { LOGS } from "../../grafana/dashboards/panels.ts";
import { look } from "../../lab/live/browser.ts";
import { serveDashboards } from "../../lab/live/server.ts";
import { arrived } from "../support/arrived.ts";
import { type ExporterSamples, writeSamples } from "./support/exporter-samples.ts";
import type { TestLab } from "./support/lab.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";
import { removeWriters, writeAged, writer } from "./support/writers.ts";

/**
 * Every query of every panel and alert over what a deployed host sends, and alerts that fire on real faults.
 * What this machine has nothing of comes from support/exporter-samples.ts, and in no other way: the state of
 * ZFS pools, the ARC, temperatures, a file system that fills, tokens that end (the lab's own never do).
 */

/** Stands for the 60 s, and the 10 min of GitHub, between two scrapes. */
const SCRAPE_SECONDS = 5;

let host: OwnHost;
let lab: TestLab;
let HOST: string;
/** Reads its journal where there is none. */
let DEAF: string;
let container: string;

/** What the exporter says of a host that is well. */
const well: ExporterSamples = {
  pools: { "boot-pool": "online", "vm-pool": "online" },
  free: { "/samples/data": 80, "/samples/full": 50, "/samples/filling": 39 },
  tokens: { push: 60, read: 60 },
};

beforeAll(async () => {
  host = await ownHost({
    prefix: "dash",
    scrapeSeconds: SCRAPE_SECONDS,
    settings: (name, given) => ({
      ...given,
      github: { ...(given.github as object), pollingHost: name },
    }),
  });
  lab = host.lab;
  HOST = host.name;
  DEAF = `${HOST}-deaf`;
  container = `${HOST}-writer`;
  await host.deploy();
  await writeSamples(host.directory, well);
  const script = "while :; do echo 'error: no route'; sleep 1; done";
  await writer(lab, { name: container, script });
  // A line that is read before the first sample is no increase to Prometheus.
  const read = `loki_source_journal_target_lines_total{host="${HOST}"}`;
  await arrived("the first samples", 120, () => queryMetrics(lab.world.metrics, read));
  await execa("logger", ["-p", "daemon.err", "-t", "smartd", `8 pending sectors ${HOST}`]);
  // Noise, so that something is dropped on purpose.
  const noise = "pam_unix(cron:session): session opened for user root";
  for (let i = 0; i < 3; i++) await execa("logger", ["-t", "CRON", noise]);
});

afterAll(async () => {
  await removeWriters(lab, [container]);
  await host.remove();
});

/** What a panel's query answers now: series, or lines. */
function answer(target: Target, panelType: string): Promise<unknown[]> {
  const query = fill(target.expr, { host: HOST, interval: "1m" });
  if (target.datasource.type !== LOGS.type) return queryMetrics(lab.world.metrics, query);
  const { logs } = lab.world;
  if (panelType === "logs") return queryLogs(logs, query, { limit: 10 });
  // Loki answers an instant query of numbers as Prometheus does, below /loki.
  return queryMetrics({ ...logs, queryUrl: `${logs.queryUrl}/loki` }, query);
}

describe("every query of a panel returns data", () => {
  const queries = allPanels().flatMap(({ name, panel }) =>
    panel.targets.map((target) => ({ name: `${name}, ${target.refId}`, panel, target })),
  );

  test.each(queries.filter(({ name }) => name !== "host: Pools, B"))("$name", async (one) => {
    await arrived(one.target.expr, 180, () => answer(one.target, one.panel.type));
  });
});

describe("the page with the dashboards", () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = await serveDashboards(lab.world, 0);
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  test("a browser's console tells what is wrong with a page", async () => {
    const { console } = await look("data:text/html,<script>console.error('wrong')</script>");
    expect(console).toEqual([expect.stringContaining("wrong")]);
  });

  test.each(Object.entries(allDashboards()))(
    "%s has data in every panel",
    async (name, { title }) => {
      const drawing = `${address}/${name}/drawing?host=${HOST}&minutes=5`;
      await arrived(`data in every panel of ${name}`, 180, async () =>
        (await (await fetch(drawing)).text()).includes("No data") ? [] : [name],
      );
      const { dom, console } = await look(drawing);
      expect(dom).toContain(title);
      expect(dom).not.toContain("No data");
      expect(console).toEqual([]);
    },
  );

  test("a page frames its drawing without an error", async () => {
    const { dom, console } = await look(`${address}/host?host=${HOST}&minutes=5`);
    expect(dom).toContain('<iframe title="Panels"');
    expect(console).toEqual([]);
  });

  test("the log panels show what is searched for, and nothing else", async () => {
    const found = async (search: string) => {
      const { dom } = await look(`${address}/logs/drawing?host=${HOST}&minutes=5&search=${search}`);
      return ["error: no route", "8 pending sectors"].filter((line) => dom.includes(line));
    };
    expect(await found("PENDING")).toEqual(["8 pending sectors"]);
    expect(await found("no.route$")).toEqual(["error: no route"]);
  });
});

/** Of this host: another test's may still be in the sinks. */
async function bad(alert: Alert): Promise<Record<string, string>[]> {
  const found = await queryMetrics(lab.world.metrics, badValues(alert));
  return found
    .map(({ labels }) => labels)
    .filter(({ host, mountpoint = "/samples" }) => {
      // How full this machine's own disks are is not the test's.
      return (
        (host === undefined || host === HOST || host === DEAF) && /^\/samples/.test(mountpoint)
      );
    });
}

const alerts = allAlerts();
const alert = (name: string): Alert => {
  const found = alerts[name];
  if (!found) throw new Error(`there is no alert ${name}`);
  return found;
};

/** Waits for a fault to show, and says on what. */
const fires = (one: Alert) => arrived(one.title, 120, () => bad(one));

describe("every alert", () => {
  // What is only there when something is near wrong: nothing was dropped yet, nothing fills.
  const onlyWhenBad = [
    "log-lines-too-old",
    "disk-filling",
    "log-token-refused",
    "state-set-aside",
    "components-unhealthy",
  ];

  test.each(Object.keys(alerts).filter((name) => !onlyWhenBad.includes(name)))(
    "%s is told of something that is well",
    async (name) => {
      const { expr } = alert(name);
      expect(await queryMetrics(lab.world.metrics, expr)).not.toEqual([]);
    },
  );

  test.each(Object.keys(alerts).filter((name) => name !== "series-budget"))(
    "%s does not fire on a host that is well",
    async (name) => {
      expect(await bad(alert(name))).toEqual([]);
    },
  );

  test("series-budget does not fire on a host that is well", async () => {
    const budget = alert("series-budget");
    const [all, own] = ['{job=~".+"}', `{job=~".+",host="${HOST}"}`];
    expect(budget.expr).toContain(all);
    // It counts all hosts, and those of the tests before this one may still be in the sinks.
    expect(await bad({ ...budget, expr: budget.expr.replace(all, own) })).toEqual([]);
  });
});

describe("an alert fires on its fault", () => {
  test("zfs-pool-degraded, disk-almost-full, disk-filling, token-near-end: what the exporter says", async () => {
    await writeSamples(host.directory, {
      pools: { "boot-pool": "online", "vm-pool": "degraded" },
      free: { "/samples/data": 80, "/samples/full": 5, "/samples/filling": 30 },
      tokens: { push: 3, read: 60 },
    });
    const on = async (name: string, label: string) =>
      (await fires(alert(name))).map((labels) => labels[label]).sort();
    expect(await on("zfs-pool-degraded", "zpool")).toEqual(["vm-pool"]);
    expect(await on("disk-almost-full", "mountpoint")).toEqual(["/samples/full"]);
    expect(await on("token-near-end", "token")).toEqual(["push"]);
    // The full one fell as well, and is full by tomorrow.
    expect(await on("disk-filling", "mountpoint")).toEqual(["/samples/filling", "/samples/full"]);
    // The panel that is red then.
    const pools = allPanels().find(({ name }) => name === "host: Pools");
    const red = pools?.panel.targets[1] as Target;
    expect(await answer(red, "stat")).toHaveLength(1);
  });

  test("log-lines-too-old: a container that writes lines of last week", async () => {
    await writeAged(lab.client.getContainer(container), [{ text: `old ${HOST}`, hoursAgo: 170 }]);
    expect(await fires(alert("log-lines-too-old"))).toEqual([{ host: HOST }]);
  });

  test("series-budget: a plan of as many series as the host has", async () => {
    const [active] = await queryMetrics(lab.world.metrics, 'count({job=~".+"})');
    const small = allAlerts(active?.value)["series-budget"] as Alert;
    expect(await fires(small)).toEqual([{}]);
  });

  test("postgres-down: the server is stopped; well again when it runs", async () => {
    const server = lab.client.getContainer("lab-postgres");
    await server.stop();
    try {
      const both = await arrived("two databases down", 120, async () => {
        const found = await bad(alert("postgres-down"));
        return found.length >= 2 ? found : [];
      });
      expect(both.sort((a, b) => ((a.job ?? "") < (b.job ?? "") ? -1 : 1))).toEqual([
        { host: HOST, instance: "immich-db", job: "postgres_immich" },
        { host: HOST, instance: "outline-db", job: "postgres_outline" },
      ]);
    } finally {
      await server.start();
    }
    await arrived("pg_up 1", 120, async () =>
      (await bad(alert("postgres-down"))).length === 0 ? [1] : [],
    );
  });

  test("host-silent: the agent is stopped, for 20 s in place of 300", async () => {
    const silent: Alert = { ...alert("host-silent"), bad: { is: "above", value: 20 } };
    expect(await bad(silent)).toEqual([]);
    const agent = lab.client.getContainer("alloy");
    await agent.stop();
    try {
      expect(await fires(silent)).toEqual([{ host: HOST }]);
    } finally {
      await agent.start();
    }
    await arrived("samples", 120, async () => ((await bad(silent)).length === 0 ? [1] : []));
  });

  test("journal-silent: the reader looks where no journal is", async () => {
    // A wrong group would be refused before anything is changed.
    const file = join(host.pipelines, "journal.alloy");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/path +=.+/, 'path = "/etc/alloy"'));
    const { settings } = host;
    const deaf = {
      ...settings,
      host: { ...(settings.host as object), name: DEAF },
      github: { ...(settings.github as object), pollingHost: DEAF },
    };
    await (await host.stack(deaf)).up();
    expect(await fires(alert("journal-silent"))).toEqual([{ host: DEAF }]);
    await sleep(2 * SCRAPE_SECONDS * 1000);
    expect(await bad(alert("journal-silent"))).toEqual([{ host: DEAF }]);
  });
});
