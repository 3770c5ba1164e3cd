import { SERIES_BUDGET } from "../../telemetry/series-budget.ts";
import { dashboard, hostVariable } from "./dashboard.ts";
import { graph, lines, logLines, metrics, stat } from "./panels.ts";
import {
  activeSeries,
  agentStarts,
  discoveryFailures,
  journalLines,
  refusedTokens,
  SELF,
  sendingLag,
  tokenDays,
} from "./queries.ts";

const HOST = 'host=~"$host"';
const OF = `${SELF},${HOST}`;

/** Alloy's own metrics: what is lost or delayed, and what the agent costs. */
export function agent() {
  return dashboard({
    uid: "alloy-agent",
    title: "Alloy: agent health",
    description: "Alloy's own metrics: what is lost or delayed, and what the agent costs.",
    variables: [hostVariable({ several: true })],
    rows: {
      Now: numbers(),
      Metrics: samples(),
      Logs: logFlow(),
      Trouble: trouble(),
      Cost: cost(),
      "Alloy's log": [ownLog()],
    },
  });
}

function numbers() {
  return [
    stat({
      title: "Components not healthy",
      description:
        "Components of the configuration that are loaded but not healthy; Alloy's log names them.",
      width: 4,
      queries: [
        metrics(
          `sum(alloy_component_controller_running_components{${OF},health_type!="healthy"}) or vector(0)`,
        ),
      ],
      colours: { green: null, red: 1 },
    }),
    stat({
      title: "Configuration",
      description:
        "Whether the latest configuration was loaded; if not, the previous one keeps running.",
      width: 4,
      queries: [metrics(`min(alloy_config_last_load_successful{${OF}})`)],
      words: { 0: { text: "refused", color: "red" }, 1: { text: "loaded", color: "green" } },
      colours: { red: null, green: 1 },
    }),
    stat({
      title: "Samples wait",
      description: "How far sending is behind collecting. After 8 h samples are lost.",
      unit: "s",
      decimals: 0,
      width: 4,
      queries: [metrics(`max(${sendingLag(`,${HOST}`)})`)],
      colours: { green: null, yellow: 180, red: 3600 },
    }),
    stat({
      title: "Journal lines in 3 h",
      description: "0 on a healthy reader means a wrong directory, machine id or group.",
      decimals: 0,
      width: 4,
      queries: [metrics(`min(${journalLines(`,${HOST}`)})`)],
      colours: { red: null, green: 1 },
    }),
    stat({
      title: "Series of the budget",
      description: `Active series of all hosts as a share of ${SERIES_BUDGET.toLocaleString("en-US")}; above 100 %, Grafana Cloud discards samples.`,
      unit: "percentunit",
      decimals: 1,
      width: 4,
      queries: [metrics(`${activeSeries()} / ${SERIES_BUDGET}`)],
      colours: { green: null, yellow: 0.8, red: 1 },
    }),
    stat({
      title: "Tokens expire in",
      description:
        "Days until each of the host's tokens expires; `pulumi up` replaces a token in its last 30 days.",
      unit: "d",
      decimals: 0,
      width: 4,
      queries: [metrics(tokenDays(`,${HOST}`), "{{token}}")],
      colours: { red: null, yellow: 7, green: 14 },
    }),
  ];
}

const rate = (metric: string) => `sum by (host) (rate(${metric}{${OF}}[$__rate_interval]))`;

function samples() {
  return [
    graph({
      title: "Samples sent",
      description: "Samples that the sink accepted.",
      unit: "suffix: samples/s",
      queries: [metrics(rate("prometheus_remote_storage_samples_total"), "{{host}}")],
    }),
    graph({
      title: "Samples in trouble",
      description:
        "Failed: refused and lost. Retried: the sink or the connection failed; they wait.",
      unit: "suffix: samples/s",
      queries: [
        metrics(rate("prometheus_remote_storage_samples_failed_total"), "{{host}} failed"),
        metrics(rate("prometheus_remote_storage_samples_retried_total"), "{{host}} retried"),
      ],
    }),
    graph({
      title: "Series in the write-ahead log",
      description:
        "Series that the host sends, before any limit. It grows when a label keeps getting new values.",
      queries: [
        metrics(
          `sum by (host) (prometheus_remote_write_wal_storage_active_series{${OF}})`,
          "{{host}}",
        ),
      ],
    }),
  ];
}

function logFlow() {
  return [
    graph({
      title: "Lines read",
      description: "Lines read from containers and from the journal.",
      unit: "suffix: lines/s",
      queries: [
        metrics(rate("loki_source_docker_target_entries_total"), "{{host}} containers"),
        metrics(rate("loki_source_journal_target_lines_total"), "{{host}} journal"),
      ],
    }),
    graph({
      title: "Lines dropped on purpose",
      description:
        "By reason: too old for the sink, or noise. Too old for more than an hour means a wrong clock.",
      unit: "suffix: lines/s",
      queries: [
        metrics(
          `sum by (host, reason) (rate(loki_process_dropped_lines_total{${OF}}[$__rate_interval]))`,
          "{{host}} {{reason}}",
        ),
      ],
    }),
    graph({
      title: "Lines in trouble",
      description: "Refused lines are lost; lines of retried batches wait.",
      unit: "suffix: /s",
      queries: [
        metrics(rate("loki_write_dropped_entries_total"), "{{host}} lines refused"),
        metrics(rate("loki_write_batch_retries_total"), "{{host}} batches retried"),
      ],
    }),
  ];
}

function trouble() {
  return [
    graph({
      title: "Docker not answering",
      description: "Requests for the list of containers that failed in 15 min, of 30.",
      decimals: 0,
      queries: [metrics(discoveryFailures(`,${HOST}`), "{{host}}")],
    }),
    graph({
      title: "Refused tokens",
      description: "Requests with lines in 15 min that the sink answered with 401 or 403.",
      decimals: 0,
      queries: [
        metrics(`${refusedTokens(`,${HOST}`)} or ${agentStarts(`,${HOST}`)} * 0`, "{{host}}"),
      ],
    }),
    graph({
      title: "Starts in an hour",
      description: "How often the agent was started; an update that replaces it starts it once.",
      decimals: 0,
      queries: [metrics(agentStarts(`,${HOST}`), "{{host}}")],
    }),
  ];
}

function cost() {
  return [
    graph({
      title: "CPU",
      description: "CPU time of the agent; 1 is one core. The target is below 0.02.",
      unit: "suffix: cores",
      decimals: 3,
      queries: [metrics(rate("alloy_resources_process_cpu_seconds_total"), "{{host}}")],
    }),
    graph({
      title: "Memory",
      description:
        "Resident memory, which includes the pages of its binary, and the heap, to which the target of 200 MB applies.",
      unit: "bytes",
      queries: [
        metrics(
          `sum by (host) (alloy_resources_process_resident_memory_bytes{${OF}})`,
          "{{host}} resident",
        ),
        metrics(`sum by (host) (go_memstats_heap_inuse_bytes{${OF}})`, "{{host}} heap"),
      ],
    }),
    graph({
      title: "Series by job",
      description: "Where the host's series come from.",
      stacked: true,
      queries: [metrics(`count by (job) ({${HOST}})`, "{{job}}")],
    }),
  ];
}

function ownLog() {
  return logLines({
    title: "Warnings and errors",
    description: "Of Alloy's own log, unless logs.exclude keeps it on the host.",
    queries: [lines(`{job="docker",${HOST},container="alloy"} |~ \`level=(warn|error)\``)],
  });
}
