import type {
  PushedEntry,
  PushedStream,
} from "../../../lab/stand-ins/grafana-cloud-logs/push-request.ts";
import { nowNs, SECOND } from "../../../lab/stand-ins/grafana-cloud-logs/times.ts";

/** An entry as a client sends it, so many seconds ago. */
export function entry(line: string, secondsAgo = 0): PushedEntry {
  const time = nowNs() - BigInt(Math.round(secondsAgo * 1000)) * (SECOND / 1000n);
  return { time, line, bytes: Buffer.byteLength(line), metadata: {} };
}

export function stream(labels: string, ...entries: PushedEntry[]): PushedStream {
  return { labels, entries };
}
