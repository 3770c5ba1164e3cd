/** The counters of an agent that are read, each over all of its series. */
export interface Counters {
  /** Bytes of metrics sent, compressed as on the wire. */
  metricsBytes: number;
  /** Bytes of logs sent, compressed as on the wire. */
  logsBytes: number;
  /** Log lines sent. */
  logLines: number;
}

/** Sum of a metric over its series in Prometheus' text format; 0 where it has none yet. */
export function counterSum(text: string, name: string): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + sampleOf(line), 0);
}

/** The value follows the labels; a timestamp may follow the value. */
function sampleOf(line: string): number {
  const [value = ""] = line
    .slice(line.lastIndexOf("}") + 1)
    .replace(/^[a-z_:][\w:]* /i, "")
    .trim()
    .split(" ");
  const number = Number(value);
  if (value === "" || Number.isNaN(number)) throw new Error(`no number at the end of: ${line}`);
  return number;
}

/** The counters out of the text of an Alloy's own /metrics. */
export function countersOf(text: string): Counters {
  return {
    metricsBytes: counterSum(text, "prometheus_remote_storage_bytes_total"),
    logsBytes: counterSum(text, "loki_write_sent_bytes_total"),
    logLines: counterSum(text, "loki_write_sent_entries_total"),
  };
}

/** What was sent between two readings. A counter that fell means a restart, after which nothing is comparable. */
export function sentBetween(name: string, from: Counters, to: Counters): Counters {
  const difference = (key: keyof Counters) => {
    if (to[key] >= from[key]) return to[key] - from[key];
    throw new Error(`${name} was restarted during the measurement: its counter ${key} fell.`);
  };
  return {
    metricsBytes: difference("metricsBytes"),
    logsBytes: difference("logsBytes"),
    logLines: difference("logLines"),
  };
}
