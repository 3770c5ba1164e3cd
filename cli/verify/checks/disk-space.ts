import { selector } from "../../../telemetry/queries.ts";
import { NODE_JOB } from "../../../telemetry/signals.ts";
import { percent } from "../../shared/words.ts";
import type { Check } from "./check.ts";

/** Share of a file system below which it is time to act. */
const LEAST_SHARE = 0.05;
/** Mount points that are named: data sets of one pool run out of room together. */
const NAMED = 5;

/**
 * File systems that node_exporter can't ask for their size: how full they are is not known. One in memory is
 * nobody's data.
 */
export function unmeasuredDisks(host: string): Check {
  const of = (name: string) =>
    selector(`node_filesystem_${name}`, { job: NODE_JOB, host, fstype: "!~tmpfs|ramfs" });
  const unmeasured = `${of("device_error")} == 1 and ${of("readonly")} == 0`;
  return {
    id: "disks-unmeasured",
    title: "file systems not measured",
    unit: "file systems",
    metrics: [`max by (mountpoint) (${unmeasured})`],
    judge({ metrics: [found = []] }) {
      const count = found.length;
      if (count === 0) return { count };
      const named = found.map(({ labels }) => labels.mountpoint).sort();
      const more = count > NAMED ? ` and ${count - NAMED} more` : "";
      const advice = `The free space of ${named.slice(0, NAMED).join(", ")}${more} can't be measured, and no alert will warn: Alloy's user can't enter a directory above, which \`namei -l ${named[0]}\` on ${host} shows, or a network file system does not answer.`;
      return { count, state: "warning", advice };
    },
  };
}

/** File systems that are almost full; one that is read-only, such as an image, is full by nature. */
export function diskSpace(host: string): Check {
  const of = (name: string) => selector(`node_filesystem_${name}`, { job: NODE_JOB, host });
  const share = `${of("avail_bytes")} / ${of("size_bytes")} and ${of("readonly")} == 0`;
  return {
    id: "disk-space",
    title: "file systems almost full",
    unit: "file systems",
    metrics: [`min by (mountpoint) (${share})`],
    judge({ metrics: [found = []] }) {
      const low = found
        .filter(({ value }) => value < LEAST_SHARE)
        .sort((a, b) => a.value - b.value)
        .map(({ labels, value }) => `${labels.mountpoint} ${percent(value, 1)}`);
      const count = low.length;
      if (count === 0) return { count };
      const named = low.slice(0, NAMED).join(", ");
      const more = count > NAMED ? ` and ${count - NAMED} more` : "";
      const advice = `Less than ${percent(LEAST_SHARE, 1)} is free of ${named}${more}: make room there on ${host}. When the disk of the service's data directory is full, Alloy collects nothing.`;
      return { count, state: "warning", advice };
    },
  };
}
