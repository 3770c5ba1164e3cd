import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { selector } from "../../../telemetry/queries.ts";
import type { Check, Finding } from "./check.ts";

/** What Alloy says once at each start. */
const STARTED = "now listening for http traffic";

/**
 * What Alloy's own log says. It leaves the host even when no sample can be stored any more: log lines need
 * no room on the disk, the write-ahead log of the metrics does.
 */
export function ownLogChecks(facts: VerifyFacts): Check[] {
  if (!sendsOwnLog(facts)) return [];
  const { host } = facts;
  const ownLog = selector("", { host, job: "docker", container: "alloy" });
  return [
    sinceStart(ownLog, {
      id: "disk-full",
      title: "disk of the service",
      says: "no space left on device",
      seconds: 150,
      again: true,
      state: "full",
      advice: `The disk of the service's data directory on ${host} was full within the last 3 min: \`df -h\` there on the directory's \`data\`; no sample is stored until there is room. If the write-ahead log is damaged then, its own row says so.`,
    }),
    // A full disk can break a record of the write-ahead log. The agent stores samples behind it and sends none
    // of them, also when there is room again, until a restart repairs the log. It says so at each scrape.
    sinceStart(ownLog, {
      id: "wal-damaged",
      title: "write-ahead log readable",
      says: "error tailing WAL",
      seconds: 180,
      state: "missing",
      advice: `Alloy on ${host} can't read its write-ahead log, as after a full disk, and sends no sample: \`docker restart alloy\` there repairs it.`,
    }),
  ];
}

interface Complaint
  extends Pick<Check, "id" | "title">,
    Required<Pick<Finding, "state" | "advice">> {
  /** What the agent says at each scrape while it is so. */
  says: string;
  /** How far back it is looked for, in s: more than two scrapes. */
  seconds: number;
  /** Whether it passes by itself. */
  again?: boolean;
}

/** What the agent says since it began: a restart fixes what was said before. */
function sinceStart(ownLog: string, complaint: Complaint): Check {
  const { id, title, says, seconds, again, state, advice } = complaint;
  return {
    ...{ id, title, unit: "lines" },
    logs: { queries: [`${ownLog} |~ "${says}|${STARTED}"`], seconds },
    ...(again && { again: { title, waitSeconds: seconds } }),
    judge({ logs }) {
      const starts = logs.filter(({ line }) => line.includes(STARTED)).map(({ time }) => time);
      const start = starts.reduce((newest, time) => (time > newest ? time : newest), 0n);
      const count = logs.filter(({ line, time }) => line.includes(says) && time > start).length;
      return count === 0 ? { count } : { count, state, advice };
    },
  };
}

function sendsOwnLog({ pipelines, logs: { exclude } }: VerifyFacts): boolean {
  const services = ["alloy", "alloy/alloy"];
  return (
    pipelines.includes("containers") &&
    !exclude.containers.includes("alloy") &&
    !exclude.composeServices.some((service) => services.includes(service))
  );
}
