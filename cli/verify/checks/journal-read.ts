import { selfMetric } from "../../../telemetry/queries.ts";
import { type Check, sum } from "./check.ts";

/** Time within which the journal's reader has read its first line, in s. */
const SETTLED = 300;

/**
 * The journal's source is healthy, and reads nothing, when its directory, the machine id or the group is
 * wrong. The counter is there with 0 from the start: internal/component/loki/source/journal/metrics.go.
 * `alloy_resources_process_start_time_seconds` distinguishes a fresh start from a silent failure.
 */
export function journalRead(host: string): Check {
  const lines = selfMetric("loki_source_journal_target_lines_total", host);
  const startTime = selfMetric("alloy_resources_process_start_time_seconds", host);
  // What an earlier process read says nothing of this one, whose counter a reload may have set back to 0.
  const sameProcess = `(${startTime} == scalar(${startTime} @ end()))`;
  return {
    id: "journal-read",
    title: "journal lines read",
    unit: "lines",
    metrics: [`max_over_time((${lines} and on () ${sameProcess})[1h:1m])`, `time() - ${startTime}`],
    judge({ metrics: [read = [], started = []] }) {
      const uptime = started[0]?.value ?? Number.POSITIVE_INFINITY;
      const count = sum(read);
      if (count > 0 || uptime < SETTLED) return { count };
      const advice =
        read.length === 0
          ? `Alloy on ${host} has no journal reader, though the pipeline is enabled: \`pulumi up\` installs it; \`docker logs alloy 2>&1 | grep journal\` shows why it does not load.`
          : `The reader is healthy, but has read no line since Alloy started, or for an hour: on ${host}, \`ls -ln "/var/log/journal/$(cat /etc/machine-id)"\` must list files whose group is host.journal.gid of the stack.`;
      return { count, state: "missing", advice };
    },
  };
}
