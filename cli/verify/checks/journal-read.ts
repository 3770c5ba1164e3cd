import { selfMetric } from "../../../telemetry/queries.ts";
import { type Check, sum, type Verdict } from "./check.ts";

/** Time within which the journal's reader has read its first line, in s. */
const SETTLED = 300;

/**
 * The journal's source is healthy, and reads nothing, when its directory, the machine id or the group is
 * wrong. The counter is there with 0 from the start: internal/component/loki/source/journal/metrics.go.
 * `alloy_resources_process_start_time_seconds` tells a fresh start from a silent failure.
 */
export function journalRead(host: string): Check {
  const lines = selfMetric("loki_source_journal_target_lines_total", host);
  const started = selfMetric("alloy_resources_process_start_time_seconds", host);
  // What an earlier process read says nothing of this one, whose counter a reload may have set back to 0.
  const sameProcess = `(${started} == scalar(${started} @ end()))`;
  return {
    id: "journal-read",
    title: "journal lines read",
    unit: "lines",
    metrics: [`max_over_time((${lines} and on () ${sameProcess})[1h:1m])`, `time() - ${started}`],
    evaluate({ metrics: [read, uptime] }) {
      return verdict(host, read?.length ? sum(read) : undefined, uptime?.[0]?.value);
    },
  };
}

function verdict(
  host: string,
  count: number | undefined,
  uptime = Number.POSITIVE_INFINITY,
): Verdict {
  const row = { count: count ?? 0, unit: "lines" } as const;
  if (uptime < SETTLED) return { ...row, state: "ok" };
  if (count === undefined) {
    const advice = `Alloy on ${host} has no journal reader, though the pipeline is enabled: \`pulumi up\` installs it, \`docker logs alloy 2>&1 | grep journal\` says why it does not load.`;
    return { ...row, state: "missing", advice };
  }
  if (count > 0) return { ...row, state: "ok" };
  const advice = `The reader is healthy and has read no line since Alloy started, or for an hour: on ${host}, \`ls -ln "/var/log/journal/$(cat /etc/machine-id)"\` must list files whose group is host.journal.gid of the stack.`;
  return { ...row, state: "missing", advice };
}
