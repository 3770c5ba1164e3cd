import type Docker from "dockerode";
import { expect, test } from "vitest";
import { likeAlloy } from "../../bench/footprint/containers.ts";
import { counterSum, type Footprint, workingSetOf } from "../../bench/footprint/observe.ts";
import { footprintReport } from "../../bench/footprint/rows.ts";

/** An agent over 15 minutes. */
function agent(megabytes: number[], series: Record<string, number>, logLines: number): Footprint {
  const readings = megabytes.map((workingSet) => ({
    workingSet: workingSet * 1e6,
    resident: workingSet * 2e6,
    anonymous: workingSet * 1e6,
  }));
  const from = { time: 0, cpuSeconds: 1, metricsBytes: 100, logsBytes: 0, logLines: 0 };
  const sent = { metricsBytes: 1_500_100, logsBytes: 300_000, logLines };
  return { readings, from, to: { time: 900_000, cpuSeconds: 19, ...sent }, series };
}

const ours = agent([100, 90, 110], { alloy: 350, traefik: 146, a: 1 }, 27_000);
const document = agent([200], { alloy: 700, traefik: 1_780 }, 0);

test("the report shows both sides, their ratio and the target", () => {
  const { tables } = footprintReport({ containers: 43, ours, document });
  expect(tables.flat().map((row) => row.join("|"))).toEqual([
    "|ours|document|ratio|target",
    "working set of the container, MB|100 (90–110)|200 (200–200)|0.50|< 200",
    "RSS, MB|200 (180–220)|400 (400–400)|0.50|< 200",
    "of it allocated (RssAnon), MB|100 (90–110)|200 (200–200)|0.50|",
    "CPU, mean, % of a core|2.00|2.00|1.00|< 2",
    "active series|497|2,480|0.20|",
    "metrics sent, MB a day|144.0|144.0|1.00|",
    "logs sent, MB a day|28.8|28.8|1.00|",
    "log lines sent a second|30.0|0.0|-|",
    "active series by job|ours|document|ratio",
    "traefik|146|1,780|0.08",
    "alloy|350|700|0.50",
    "a|1|0|-",
  ]);
});

test("a counter that fell is a fault", () => {
  const restarted = { ...ours, to: { ...ours.to, logLines: -1 } };
  expect(() => footprintReport({ containers: 1, ours: restarted, document })).toThrow(
    "An agent was restarted during the measurement: its counter logLines fell.",
  );
});

test.each([
  ["v1", { total_inactive_file: 200, inactive_file: 1 }, 800],
  ["v2", { inactive_file: 500 }, 500],
])("the working set with cgroup %s", (_, stats, expected) => {
  const memory = { memory_stats: { usage: 1000, stats } } as Docker.ContainerStats;
  expect(workingSetOf(memory)).toBe(expected);
});

test.each([
  ["loki_write_sent_bytes_total", 33_000],
  ["prometheus_remote_storage_bytes_total", 124_629],
  ["process_cpu_seconds_total", 12.5],
  ["loki_write", 0],
])("the sum of %s", (name, sum) => {
  const text = `# TYPE loki_write_sent_bytes_total counter
loki_write_sent_bytes_total{component_id="loki.write.a",host="127.0.0.1:18099",tenant=""} 32881
loki_write_sent_bytes_total{component_id="loki.write.b",host="{odd} name",tenant=""} 119
prometheus_remote_storage_bytes_total{url="http://127.0.0.1/"} 1.24629e+05 1700000000000
prometheus_remote_storage_bytes_total_more 7
process_cpu_seconds_total 12.5
`;
  expect(counterSum(text, name)).toBe(sum);
});

test("the document's agent is like alloy but for configuration, state and journal", () => {
  const mount = (Target: string, Type = "bind") => ({ Type, Source: "/from", Target });
  const alloy = {
    Image: "sha256:1234",
    Config: { User: "3125:3126", Cmd: ["run", "--storage.path=/a", "/etc/alloy/current/"] },
    HostConfig: {
      Memory: 536870912,
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      Binds: ["/var/log/journal:/var/log/journal:ro", "/run/log/journal:/run/log/journal:ro"],
      Mounts: [mount("/etc/alloy-secrets"), mount("/var/lib/alloy"), mount("/host/proc")],
    },
    NetworkSettings: { Networks: { "alloy-backend": {}, "alloy-frontend": {} } },
  } as unknown as Docker.ContainerInspectInfo;
  expect(likeAlloy(alloy, { configFile: "/lab/file", journal: "/run/log/journal" })).toEqual({
    Image: "sha256:1234",
    User: "3125:3126",
    Cmd: ["run", "--storage.path=/a", "/etc/alloy/document.alloy"],
    HostConfig: {
      Memory: 536870912,
      RestartPolicy: { Name: "no" },
      NetworkMode: "alloy-backend",
      Binds: ["/run/log/journal:/run/log/journal:ro", "/run/log/journal:/var/log/journal:ro"],
      Mounts: [
        mount("/host/proc"),
        { Type: "bind", Source: "/lab/file", Target: "/etc/alloy/document.alloy", ReadOnly: true },
        { Type: "volume", Source: "bench-document", Target: "/var/lib/alloy" },
      ],
    },
  });
});
