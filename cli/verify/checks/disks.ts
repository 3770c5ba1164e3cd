import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { selector } from "../../../telemetry/queries.ts";
import { NODE_JOB } from "../../../telemetry/signals.ts";
import { percent } from "../words.ts";
import type { Check } from "./check.ts";

/** How far back a full disk is looked for, in s. */
const FULL_RANGE = 600;
/** How far back a damaged write-ahead log is looked for, in s: Alloy tries, and says so, at each scrape. */
const DAMAGED_RANGE = 180;
/** Share of a file system below which it is time to act. */
const LEAST_SHARE = 0.05;
/** Mount points that are named: data sets of one pool run out of room together. */
const NAMED = 5;

/**
 * Alloy's own log, which leaves the host even when no sample can be stored any more: log lines need no
 * room on the disk, the write-ahead log of the metrics does.
 */
export function diskFull({ host }: VerifyFacts): Check {
  const ownLog = selector("", { host, job: "docker", container: "alloy" });
  return {
    id: "disk-full",
    title: "disk of the service",
    unit: "lines",
    metrics: [],
    logs: { queries: [`${ownLog} |= "no space left on device"`], seconds: FULL_RANGE },
    evaluate({ logs }) {
      const count = logs.length;
      if (count === 0) return { count, unit: "lines", state: "ok" };
      const advice = `The disk of the service's data directory on ${host} was full within the last 10 min: \`df -h\` there on the directory's \`data\`; no sample is stored until there is room; if the write-ahead log is damaged then, its own row says so.`;
      return { count, unit: "lines", state: "full", advice };
    },
  };
}

/**
 * A full disk can break a record of the write-ahead log. The agent stores samples on behind it and sends
 * none of them, also when there is room again, until a restart repairs the log.
 */
export function walDamaged({ host }: VerifyFacts): Check {
  const ownLog = selector("", { host, job: "docker", container: "alloy" });
  return {
    id: "wal-damaged",
    title: "write-ahead log readable",
    unit: "lines",
    metrics: [],
    logs: { queries: [`${ownLog} |= "error tailing WAL"`], seconds: DAMAGED_RANGE },
    evaluate({ logs }) {
      const count = logs.length;
      if (count === 0) return { count, unit: "lines", state: "ok" };
      const advice = `Alloy on ${host} can't read its write-ahead log, as after a full disk, and sends no sample: \`docker restart alloy\` there repairs it.`;
      return { count, unit: "lines", state: "missing", advice };
    },
  };
}

/** Whether Alloy's own log is sent at all. */
export function sendsOwnLog({ pipelines, logs: { exclude } }: VerifyFacts): boolean {
  const services = ["alloy", "alloy/alloy"];
  return (
    pipelines.includes("containers") &&
    !exclude.containers.includes("alloy") &&
    !exclude.composeServices.some((service) => services.includes(service))
  );
}

/** File systems that are almost full; one that is read-only, such as an image, is full by nature. */
export function diskSpace({ host }: VerifyFacts): Check {
  const of = (name: string) => selector(`node_filesystem_${name}`, { job: NODE_JOB, host });
  const share = `${of("avail_bytes")} / ${of("size_bytes")} and ${of("readonly")} == 0`;
  return {
    id: "disk-space",
    title: "file systems almost full",
    unit: "file systems",
    metrics: [`min by (mountpoint) (${share})`],
    evaluate({ metrics: [found = []] }) {
      const low = found
        .filter(({ value }) => value < LEAST_SHARE)
        .sort((a, b) => a.value - b.value)
        .map(({ labels, value }) => `${labels.mountpoint} ${percent(value, 1)}`);
      const row = { count: low.length, unit: "file systems" } as const;
      if (low.length === 0) return { ...row, state: "ok" };
      const named = low.slice(0, NAMED).join(", ");
      const more = low.length > NAMED ? ` and ${low.length - NAMED} more` : "";
      const advice = `Less than ${percent(LEAST_SHARE, 1)} is free of ${named}${more}: make room there on ${host}. When the disk of the service's data directory is full, Alloy collects nothing.`;
      return { ...row, state: "warning", advice };
    },
  };
}
