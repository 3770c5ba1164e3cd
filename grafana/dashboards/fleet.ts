import { SERIES_BUDGET } from "../../telemetry/series-budget.ts";
import { dashboard } from "./dashboard.ts";
import { graph, lines, metrics, SHARE, stat } from "./panels.ts";
import {
  activeSeries,
  cpuBusy,
  databaseUp,
  freeShare,
  hostAge,
  memoryUsed,
  NODE,
  SELF,
  tokenDays,
} from "./queries.ts";
import { type Column, table } from "./tables.ts";

/** All hosts on one page: who is silent, what is full, what it costs. */
export function fleet() {
  return dashboard({
    uid: "alloy-fleet",
    title: "Alloy: fleet overview",
    description: "All hosts: which are silent, which are full, and how much of the plan they use.",
    rows: { Now: numbers(), Hosts: [hosts()], "Over time": graphs() },
  });
}

function numbers() {
  return [
    stat({
      title: "Hosts sending",
      description: "Hosts that sent a sample within the last 5 min.",
      width: 4,
      queries: [metrics('count(count by (host) (up{host!=""}))')],
    }),
    stat({
      title: "Hosts silent",
      description: "Hosts that sent something within the last day, but not within the last 5 min.",
      width: 4,
      queries: [metrics(`count(${hostAge()} > 300) or vector(0)`)],
      colours: { green: null, red: 1 },
    }),
    stat({
      title: "Databases down",
      description: "PostgreSQL databases that do not answer, or whose exporter does not.",
      width: 4,
      queries: [metrics(`count(${databaseUp()} == 0) or vector(0)`)],
      colours: { green: null, red: 1 },
    }),
    stat({
      title: "Active series",
      description: `Of the ${SERIES_BUDGET.toLocaleString("en-US")} of Grafana Cloud's free tier; samples of any more are discarded.`,
      width: 4,
      queries: [metrics(activeSeries())],
      colours: { green: null, yellow: 0.8 * SERIES_BUDGET, red: SERIES_BUDGET },
    }),
    stat({
      title: "Log lines",
      description: "Log lines of containers and journals that arrive from all hosts.",
      unit: "suffix: lines/s",
      decimals: 1,
      width: 4,
      queries: [lines('sum(rate({host=~".+"}[5m]))')],
    }),
    stat({
      title: "First token expires in",
      description:
        "Days until the first token of any host expires; `pulumi up` replaces it in time.",
      unit: "d",
      decimals: 0,
      width: 4,
      queries: [metrics(`min(${tokenDays()})`)],
      colours: { red: null, yellow: 7, green: 14 },
    }),
  ];
}

function hosts() {
  const columns: Column[] = [
    {
      title: "Newest sample",
      expr: hostAge(),
      unit: "s",
      decimals: 0,
      colours: { green: null, yellow: 90, red: 300 },
    },
    {
      title: "Uptime",
      expr: `max by (host) (time() - node_boot_time_seconds{${NODE}})`,
      unit: "s",
      decimals: 1,
    },
    { title: "CPU", expr: cpuBusy(), unit: "percentunit", decimals: 1, colours: SHARE },
    { title: "Memory", expr: memoryUsed(), unit: "percentunit", decimals: 1, colours: SHARE },
    {
      title: "Fullest file system",
      expr: `max by (host) (1 - (${freeShare()}))`,
      unit: "percentunit",
      decimals: 1,
      colours: SHARE,
    },
    { title: "Series", expr: 'count by (host) ({host!=""})', unit: "short" },
    {
      title: "Log lines",
      expr: `sum by (host) (rate(loki_write_sent_entries_total{${SELF}}[$__rate_interval]))`,
      unit: "suffix: lines/s",
      decimals: 2,
    },
  ];
  return table({
    title: "Hosts",
    description: "One row per host. A silent host stays for a day with its last values.",
    width: 24,
    by: "host",
    columns,
  });
}

function graphs() {
  return [
    graph({
      title: "CPU",
      description: "Share of the CPU time of all cores that is not idle.",
      unit: "percentunit",
      max: 1,
      width: 12,
      queries: [metrics(cpuBusy(), "{{host}}")],
    }),
    graph({
      title: "Memory",
      description: "Share of the memory that is not available to a new program.",
      unit: "percentunit",
      max: 1,
      width: 12,
      queries: [metrics(memoryUsed(), "{{host}}")],
    }),
    graph({
      title: "Series",
      description: "Series that hosts send, by host and job: where the plan's budget goes.",
      width: 12,
      stacked: true,
      queries: [metrics('count by (host, job) ({host!=""})', "{{host}} {{job}}")],
    }),
    graph({
      title: "Log lines",
      description:
        "Lines that arrive, by host and source: containers are `docker`, the journal is the host's.",
      unit: "suffix: lines/s",
      width: 12,
      queries: [lines('sum by (host, job) (rate({host=~".+"}[$__auto]))', "{{host}} {{job}}")],
    }),
  ];
}
