import { dashboard, hostVariable, labelVariable } from "./dashboard.ts";
import { graph, metrics } from "./panels.ts";
import { CONTAINERS, containerRestarts, containersNamed } from "./queries.ts";
import { bars } from "./tables.ts";

const CHOSEN = ',host=~"$host",container=~"$container"';
const MEMORY = `container_memory_bytes{${CONTAINERS},memtype="resident"}`;
const CPU = `container_cpu_seconds_total{${CONTAINERS}}`;

/** The most of a number by container, in the chosen time. */
const top = (expr: string) => metrics(`topk(10, ${expr})`, "{{container}}");

/** Containers: which take most CPU time and memory, and which are started again and again. */
export function containers() {
  return dashboard({
    uid: "alloy-containers",
    title: "Alloy: containers",
    description: "Containers: which use the most CPU and memory, and which restart.",
    variables: [
      hostVariable({ several: true }),
      labelVariable({
        name: "container",
        label: "Container",
        description: "Containers that ran in the selected time range.",
        selector: `container_info{${CONTAINERS},host=~"$host"}`,
        several: true,
      }),
    ],
    rows: { "In the selected time range": totals(), "Over time": graphs() },
  });
}

function totals() {
  const over = (expr: string, by: "sum" | "max") =>
    top(containersNamed(expr, CHOSEN, by, "$__range"));
  return [
    bars({
      title: "CPU time",
      description: "The ten containers that used the most CPU time, recreated ones included.",
      ...{ unit: "s", decimals: 0 },
      queries: [over(`increase(${CPU}[$__range])`, "sum")],
    }),
    bars({
      title: "Most memory",
      description:
        "The ten containers with the highest peak of resident memory. Pages that programs share count for each of them.",
      unit: "bytes",
      queries: [over(`sum without (memtype) (max_over_time(${MEMORY}[$__range]))`, "max")],
    }),
    bars({
      title: "Restarts",
      description: "How often a scrape found that a container had restarted.",
      decimals: 0,
      queries: [over(`changes(container_start_time_seconds{${CONTAINERS}}[$__range])`, "sum")],
    }),
  ];
}

function graphs() {
  return [
    graph({
      title: "CPU",
      description: "Cores that the ten busiest containers use.",
      ...{ unit: "suffix: cores", decimals: 2, width: 12 },
      queries: [top(containersNamed(`rate(${CPU}[$__rate_interval])`, CHOSEN))],
    }),
    graph({
      title: "Memory",
      description:
        "Resident memory of the ten largest containers. A line that only rises is a leak, or a cache.",
      ...{ unit: "bytes", width: 12 },
      queries: [top(containersNamed(MEMORY, CHOSEN))],
    }),
    graph({
      title: "Processes",
      description: "Of the ten containers that have the most.",
      ...{ decimals: 0, width: 12 },
      queries: [top(containersNamed(`container_processes{${CONTAINERS}}`, CHOSEN))],
    }),
    graph({
      title: "Restarts in 15 min",
      description:
        "Scrapes in 15 min that found a container restarted or waiting to restart: more than three is a loop.",
      ...{ decimals: 0, width: 12 },
      queries: [top(containerRestarts(CHOSEN))],
    }),
  ];
}
