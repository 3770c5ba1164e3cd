import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { selector } from "../../../telemetry/queries.ts";
import { bounded, type Check } from "./check.ts";

/**
 * What Alloy's own log says. It leaves the host even when no sample can be stored any more: log lines need
 * no room on the disk, the write-ahead log of the metrics does.
 */
export function ownLogChecks(facts: VerifyFacts): Check[] {
  if (!sendsOwnLog(facts)) return [];
  const { host } = facts;
  const ownLog = selector("", { host, job: "docker", container: "alloy" });
  return [
    bounded({
      id: "disk-full",
      title: "disk of the service",
      unit: "lines",
      logs: { queries: [`${ownLog} |= "no space left on device"`], seconds: 600 },
      state: "full",
      advice: `The disk of the service's data directory on ${host} was full within the last 10 min: \`df -h\` there on the directory's \`data\`; no sample is stored until there is room; if the write-ahead log is damaged then, its own row says so.`,
    }),
    // A full disk can break a record of the write-ahead log. The agent stores samples behind it and sends none
    // of them, also when there is room again, until a restart repairs the log. It says so at each scrape.
    bounded({
      id: "wal-damaged",
      title: "write-ahead log readable",
      unit: "lines",
      logs: { queries: [`${ownLog} |= "error tailing WAL"`], seconds: 180 },
      state: "missing",
      advice: `Alloy on ${host} can't read its write-ahead log, as after a full disk, and sends no sample: \`docker restart alloy\` there repairs it.`,
    }),
  ];
}

function sendsOwnLog({ pipelines, logs: { exclude } }: VerifyFacts): boolean {
  const services = ["alloy", "alloy/alloy"];
  return (
    pipelines.includes("containers") &&
    !exclude.containers.includes("alloy") &&
    !exclude.composeServices.some((service) => services.includes(service))
  );
}
