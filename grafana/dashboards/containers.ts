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
    description: "Containers: which take most CPU time and memory, and which restart.",
    variables: [
      hostVariable({ several: true }),
      labelVariable({
        name: "container",
        label: "Container",
        description: "Containers that ran in the chosen time.",
        selector: `container_info{${CONTAINERS},host=~"$host"}`,
        several: true,
      }),
    ],
    rows: { "In the chosen time": totals(), "Over time": graphs() },
  });
}

function totals() {
  const over = (expr: string, by: "sum" | "max") =>
    top(containersNamed(expr, CHOSEN, by, "$__range"));
  return [
    bars({
      title: "CPU time",
      description: "The ten containers that took most CPU time, under whatever id.",
      ...{ unit: "s", decimals: 0 },
      queries: [over(`increase(${CPU}[$__range])`, "sum")],
    }),
    bars({
      title: "Most memory",
      description:
        "The ten containers that had most resident memory at once. Pages of files that programs share count for each.",
      unit: "bytes",
      queries: [over(`sum without (memtype) (max_over_time(${MEMORY}[$__range]))`, "max")],
    }),
    bars({
      title: "Restarts",
      description: "How often a container was seen to have started anew, scrape by scrape.",
      decimals: 0,
      queries: [over(`changes(container_start_time_seconds{${CONTAINERS}}[$__range])`, "sum")],
    }),
  ];
}

function graphs() {
  return [
    graph({
      title: "CPU",
      description: "Cores that the ten busiest containers take.",
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
      description: "Of the ten containers that have most.",
      ...{ decimals: 0, width: 12 },
      queries: [top(containersNamed(`container_processes{${CONTAINERS}}`, CHOSEN))],
    }),
    graph({
      title: "Restarts in 15 min",
      description:
        "Scrapes in 15 min that saw a container started anew, or waiting to be: more than three is a loop.",
      ...{ decimals: 0, width: 12 },
      queries: [top(containerRestarts(CHOSEN))],
    }),
  ];
}
