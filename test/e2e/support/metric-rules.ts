import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Sample } from "../../../cli/verify/sink-queries.ts";
import { arrived } from "../../support/arrived.ts";
import type { HostMounts } from "./host-mounts.ts";
import type { HostNetwork } from "./host-network.ts";
import type { TestLab } from "./lab.ts";
import { compose, writer } from "./writers.ts";

/** What a deployed host gives the tests of its metrics. */
export interface MetricsHost {
  lab: TestLab;
  host: string;
  disk: HostMounts["disk"];
  network: HostNetwork;
  series(query: string): Promise<Sample[]>;
  /** Waits until there are at least two. */
  both<T>(what: string, query: () => Promise<T[]>): Promise<T[]>;
  /** Name of the container with three processes. */
  three: string;
}

/** Tests of the rules that metrics go through; `around` is known once the host is deployed. */
export function metricRules(around: () => MetricsHost): void {
  /** Waits for series that a rule keeps, then answers those that it drops. */
  async function dropped(kept: string, query: string): Promise<unknown[]> {
    const { series } = around();
    await arrived(kept, 180, () => series(kept));
    return series(query);
  }

  describe("metrics", () => {
    test("host: from the mounted root, with the labels of the Linux Server integration", async () => {
      const { host, disk: mounted, series } = around();
      const { path, bytes } = mounted;
      const query = `node_filesystem_size_bytes{mountpoint="${path}",host="${host}"}`;
      const [disk] = await arrived(query, 180, () => series(query));
      const labels = { host, instance: host, job: "integrations/node_exporter" };
      expect(disk).toMatchObject({ value: bytes, labels });
    });

    test("host: the wanted collectors and no other, no overlay", async () => {
      const { host, series } = around();
      const job = `job="integrations/node_exporter",host="${host}"`;
      const success = `node_scrape_collector_success{${job}}`;
      const collectors = await arrived(success, 180, () => series(success));
      expect(collectors.map(({ labels }) => labels.collector).sort()).toEqual([
        ...["cpu", "diskstats", "filesystem", "hwmon", "loadavg", "meminfo"],
        ...["stat", "textfile", "time", "uname", "vmstat", "zfs"],
      ]);
      expect(await series(`node_filesystem_size_bytes{${job},fstype="overlay"}`)).toEqual([]);
    });

    test("host: its own network devices but bridges and veths, its own connections", async () => {
      const { host, network, series } = around();
      const job = `job="integrations/node_exporter",instance="${host}",host="${host}"`;
      const sent = `node_network_transmit_bytes_total{${job}}`;
      const found = await arrived(sent, 180, () => series(sent));
      const devices = (await readFile("/proc/1/net/dev", "utf8")).matchAll(/^ *(\S+):/gm);
      const wanted = [...devices]
        .map(([, name = ""]) => name)
        .filter((name) => !/^(veth|docker|br-|lo$)/.test(name));
      expect(found.map(({ labels }) => labels.device).sort()).toEqual(wanted.sort());
      const before = found.find(({ labels }) => labels.device === network.device)?.value ?? 0;
      await network.send(1_000_000);
      const moved = `${sent} - ${before} > 1000000`;
      expect(await arrived(moved, 60, () => series(moved))).toMatchObject([
        { labels: { device: network.device } },
      ]);
      const own = `{${job},__name__=~"node_netstat_Tcp_CurrEstab|node_sockstat_TCP_inuse"}`;
      expect(await series(own)).toHaveLength(2);
    });

    test("containers: what their processes use, by name, as long as they run", async () => {
      const { lab, host, series, three } = around();
      const container = await writer(lab, {
        name: three,
        script: "sleep 86400 & sleep 86400 & wait",
        labels: compose("rules", "three"),
        networks: ["lab", "immich-backend"],
      });
      const info = `container_info{job="docker",instance="${host}",host="${host}",container="${three}"}`;
      const named = `container_processes * on (host, container_id) group_left (container, compose_project, compose_service) ${info}`;
      const found = await arrived(named, 120, () => series(named));
      const id = container.id.slice(0, 12);
      const project = { compose_project: "rules", compose_service: "three" };
      const labels = {
        host,
        instance: host,
        job: "docker",
        container_id: id,
        container: three,
      };
      expect(found).toEqual([{ labels: { ...labels, ...project }, value: 3 }]);
      const own = `{host="${host}",container_id="${id}"}`;
      const names = (await series(own)).map(({ labels }) => labels.__name__);
      expect(names.sort()).toEqual([
        ...["container_cpu_seconds_total", "container_cpu_seconds_total", "container_info"],
        ...["container_memory_bytes", "container_memory_bytes", "container_processes"],
        "container_start_time_seconds",
      ]);
      const unnamed = `container_processes{host="${host}"} unless on (container_id) container_info`;
      const { Id } = await lab.client.getContainer("alloy").inspect();
      expect((await series(unnamed)).map(({ labels }) => labels.container_id)).toEqual([
        Id.slice(0, 12),
      ]);
      await container.remove({ force: true });
      const gone = async () => ((await series(own)).length === 0 ? [1] : []);
      await arrived("the end of its series", 120, gone);
    });

    test("Traefik: counts and sums, no buckets, its own labels", async () => {
      const { host, series } = around();
      const job = `job="traefik",instance="${host}",host="${host}"`;
      const kept = `{${job},__name__=~"traefik_.+_(count|sum)"}`;
      expect(await dropped(kept, `{${job},__name__=~"traefik_.+_bucket"}`)).toEqual([]);
      const routers = await series(`traefik_router_requests_total{${job}}`);
      const names = new Set(routers.flatMap(({ labels }) => Object.keys(labels)));
      expect([...names].sort().join(" ")).toBe(
        "__name__ code host instance job method protocol router service",
      );
    });

    test("PostgreSQL: one target a database, no statistics by table", async () => {
      const { host, series, both } = around();
      const up = await both("targets", () => series(`up{job=~"postgres_.+",host="${host}"} == 1`));
      expect(up.map(({ labels }) => [labels.job, labels.instance]).sort()).toEqual([
        ["postgres_immich", "immich-db"],
        ["postgres_outline", "outline-db"],
      ]);
      const tables = `{job=~"postgres_.+",host="${host}",__name__=~"pg_(stat|statio)_user_.+"}`;
      expect(await dropped(`pg_up{host="${host}"} == 1`, tables)).toEqual([]);
    });

    test("Alloy: nothing for each bucket, connection and target; what loki_write counts is this host's", async () => {
      const { host } = around();
      const kept = `loki_write_sent_entries_total{job="alloy",host="${host}",sink!=""}`;
      const names =
        ".+_bucket|net_conntrack_.+|alloy_fanout_.+|prometheus_target_.+|go_gc_.+|process_.+";
      expect(await dropped(kept, `{job="alloy",host="${host}",__name__=~"${names}"}`)).toEqual([]);
    });
  });
}
