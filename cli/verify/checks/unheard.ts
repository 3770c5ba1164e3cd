import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { selector } from "../../../telemetry/queries.ts";
import type { Check } from "./check.ts";

/** A container that runs on the host. */
export interface RunningContainer {
  name: string;
  /** Docker's log driver. */
  driver: string;
  /** Whether `docker logs` shows a line of the last day, shows none, or can't be asked. */
  log: "lines" | "silent" | "unreadable";
  /** What Compose calls it. */
  service?: string;
  project?: string;
}

/** For how long lines that were just written may be on their way, in s. */
const WAY = 60;

/** Each container that said something within a day has a line in the sink; those without are named. */
export function unheard(
  { host, logs: { exclude } }: VerifyFacts,
  running: readonly RunningContainer[],
): Check {
  const read = running.filter((container) => !isExcluded(container, exclude));
  const lines = selector("", { host, job: "docker" });
  return {
    id: "containers-heard",
    title: "containers whose lines do not arrive",
    unit: "containers",
    lineCounts: `sum by (container) (count_over_time(${lines}[24h]))`,
    again: { title: "the lines of each container", waitSeconds: WAY },
    judge({ lineCounts }) {
      const heard = new Set(lineCounts.map(({ labels }) => labels.container));
      const missing = read.filter(({ name, log }) => log !== "silent" && !heard.has(name));
      if (missing.length === 0) return { count: 0, detail: `${read.length} containers run` };
      const detail = missing.map(reasonOf).join("; ");
      const advice = `${detail}. On ${host}, \`docker logs --since 1h alloy 2>&1 | grep loki.source.docker\` shows what stopped the reader.`;
      return { count: missing.length, state: "warning", detail, advice };
    },
  };
}

function reasonOf({ name, driver, log }: RunningContainer): string {
  return log === "unreadable"
    ? `${name}: Docker can't read logs back from its log driver ${driver}`
    : `${name}: it wrote lines within a day, and none of them is here (log driver ${driver})`;
}

function isExcluded(
  { name, service, project }: RunningContainer,
  { containers, composeServices }: VerifyFacts["logs"]["exclude"],
): boolean {
  return (
    containers.includes(name) ||
    (service !== undefined &&
      composeServices.some((one) => one === service || one === `${project}/${service}`))
  );
}
