import type { VerifyFacts } from "../../../telemetry/facts.ts";
import type { RedactPattern } from "../../../telemetry/names.ts";
import { lastHour, selector, selfMetric } from "../../../telemetry/queries.ts";
import { WAIT } from "../../../telemetry/signals.ts";
import { amount } from "../../shared/words.ts";
import type { LogLine } from "../sink-queries.ts";
import { type Check, sum } from "./check.ts";

/** Within which no line may have arrived, in s: what was sent before a deployment is gone by then. */
const SILENT = 60;

type Exclude = VerifyFacts["logs"]["exclude"];

/** Nothing of what is excluded arrives; of what is replaced the list alone. Nothing kept: no check. */
export function logPrivacy({ host, logs: { exclude, redact } }: VerifyFacts): Check[] {
  const excluded = namesOf(exclude).join(", ");
  const replaced = [
    ...redact.patterns.map((pattern) => patternNames[pattern]),
    ...redact.expressions.map((expression) => `\`${expression}\``),
  ].join(", ");
  const lists = [excluded && `never sent: ${excluded}`, replaced && `replaced: ${replaced}`];
  const detail = lists.filter(Boolean).join("; ");
  if (!detail) return [];
  return [
    {
      id: "log-privacy",
      title: "logs kept on the host",
      unit: "lines",
      logs: { queries: excludedQueries(host, exclude), seconds: SILENT },
      again: { title: `the last lines of ${excluded} to clear`, waitSeconds: WAIT },
      judge({ logs }) {
        const count = distinct(logs);
        if (count === 0) return { count, detail };
        const advice = `Lines of ${sourcesOf(logs)} arrived within the last minute. Right after a change, ask again in a minute; if they still arrive, the exclusion is not in force: \`readlink config/current\` in the service's directory on ${host} must end with the stack's output configVersion, else \`pulumi up\`.`;
        return { count, state: "unwanted", detail, advice };
      },
    },
  ];
}

/** How many lines the exclusion kept, as Alloy counts them: internal/component/loki/relabel/metrics.go. */
export function keptLines({ host, pipelines, logs: { exclude } }: VerifyFacts): Check[] {
  if (!pipelines.includes("containers") || namesOf(exclude).length === 0) return [];
  const ofRelabel = (name: string) =>
    `sum(${lastHour(selfMetric(name, host, { component_id: "loki.relabel.containers" }))})`;
  const processed = ofRelabel("loki_relabel_entries_processed");
  return [
    {
      id: "kept-lines",
      title: "log lines kept",
      unit: "lines",
      metrics: [`${processed} - ${ofRelabel("loki_relabel_entries_written")}`],
      judge({ metrics: [found = []] }) {
        const count = Math.max(0, Math.round(sum(found)));
        if (found.length === 0) return { count, detail: "not counted yet" };
        return { count, detail: `${amount(count)} lines kept in the last hour` };
      },
    },
  ];
}

const patternNames: Record<RedactPattern, string> = {
  ipAddresses: "IP addresses",
  emailAddresses: "e-mail addresses",
  bearerTokens: "bearer tokens",
};

function namesOf({ containers, composeServices }: Exclude): string[] {
  return [
    ...containers.map((name) => `container ${name}`),
    ...composeServices.map((name) => `compose service ${name}`),
  ];
}

/** One selector for all containers, and one a service: Loki takes no `or` between streams. */
function excludedQueries(host: string, { containers, composeServices }: Exclude): string[] {
  // Whatever the job: Docker's driver `journald` writes a container's lines into the journal.
  const common = { host };
  const names = containers.map((name) => name.replaceAll(".", "[.]"));
  return [
    ...(names.length ? [selector("", { ...common, container: `=~${names.join("|")}` })] : []),
    ...composeServices.map((name) => {
      const [service = "", project] = name.split("/").reverse();
      const labels = { ...common, compose_service: service };
      return selector("", project === undefined ? labels : { ...labels, compose_project: project });
    }),
  ];
}

/** A container may be excluded by its own name and by its service's: its lines are found twice. */
function distinct(lines: LogLine[]): number {
  return new Set(lines.map(({ labels, time, line }) => JSON.stringify([labels, `${time}`, line])))
    .size;
}

function sourcesOf(lines: LogLine[]): string {
  const names = lines.map(({ labels }) => labels.container || "an unnamed container");
  return [...new Set(names)].sort().join(", ");
}
