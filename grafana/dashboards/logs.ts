import { dashboard, hostVariable, labelVariable, textVariable } from "./dashboard.ts";
import { graph, LOGS, lines, logLines } from "./panels.ts";
import { NODE } from "./queries.ts";

const HOST = 'host=~"$host"';
const CONTAINERS = `{job="docker",${HOST},container=~"$container"}`;
const JOURNAL = `{${NODE},${HOST},unit=~"$unit"}`;
/** What the reader typed, upper and lower case alike; nothing matches everything. */
const SEARCH = "|~ `(?i)$search`";

/** Who writes how much, and the lines themselves. */
export function logs() {
  return dashboard({
    uid: "alloy-logs",
    title: "Alloy: logs",
    description: "Containers and journals: who writes how much, and the lines themselves.",
    variables: [
      hostVariable({ several: true }),
      labelVariable({
        name: "container",
        label: "Container",
        description: "Containers that wrote something in the selected time range.",
        selector: '{job="docker",host=~"$host"}',
        several: true,
        from: LOGS,
      }),
      labelVariable({
        name: "unit",
        label: "Unit",
        description: "Units of the journal that wrote something in the selected time range.",
        selector: `{${NODE},host=~"$host"}`,
        several: true,
        from: LOGS,
      }),
      textVariable("search", "Search", "Text or regular expression that lines must match."),
    ],
    rows: { Amount: amounts(), Containers: [containers()], Journal: [journal()] },
  });
}

function amounts() {
  const unit = "suffix: lines/s";
  return [
    graph({
      title: "Lines by container",
      description:
        "The ten containers that write the most. One that never stops is a candidate for logs.exclude.",
      ...{ unit, stacked: true },
      queries: [
        lines(`topk(10, sum by (container) (rate(${CONTAINERS}[$__auto])))`, "{{container}}"),
      ],
    }),
    graph({
      title: "Lines by unit",
      description: "The ten units of the journal that write the most.",
      ...{ unit, stacked: true },
      queries: [lines(`topk(10, sum by (unit) (rate(${JOURNAL}[$__auto])))`, "{{unit}}")],
    }),
    graph({
      title: "Lines that mention errors",
      description: "Container log lines with error, fatal or panic in them, by container.",
      unit,
      queries: [
        lines(
          `sum by (container) (rate(${CONTAINERS} |~ \`(?i)\\b(error|fatal|panic)\` [$__auto]))`,
          "{{container}}",
        ),
      ],
    }),
  ];
}

function containers() {
  return logLines({
    title: "Containers",
    description: "Lines of the chosen containers that match the search.",
    queries: [lines(`${CONTAINERS} ${SEARCH}`)],
  });
}

function journal() {
  return logLines({
    title: "Journal",
    description: "Entries of the chosen units that match the search.",
    queries: [lines(`${JOURNAL} ${SEARCH}`)],
  });
}
