/** Longest age of a sample that is found at all, as a PromQL duration. */
const LONGEST_AGE = "12h";

/** A selector, in PromQL and LogQL alike. Values are quoted; a matcher with `=~` or `!=` is given as such. */
export function selector(name: string, labels: Record<string, string>): string {
  const matchers = Object.entries(labels).map(([label, value]) => {
    const [operator, text] = /^(=~|!=|!~)/.test(value)
      ? [value.slice(0, 2), value.slice(2)]
      : ["=", value];
    return `${label}${operator}${JSON.stringify(text)}`;
  });
  return `${name}{${matchers.join(",")}}`;
}

/**
 * Selector of one of Alloy's metrics about itself. By `instance`, not by `host`: `loki_write_*` has a label
 * `host` of its own, the sink's address (internal/component/common/loki/client/metrics.go, labelHost), and
 * an external label never replaces one that is there (processExternalLabels in Prometheus'
 * storage/remote/queue_manager.go).
 */
export function selfMetric(
  name: string,
  host: string,
  labels: Record<string, string> = {},
): string {
  return selector(name, { job: "alloy", instance: host, ...labels });
}

/**
 * Age of the newest sample in s, by the sink's own clock, so that a wrong clock here does not show.
 * `timestamp()` gives a sample's time for a bare selector alone, and an instant query looks back no further
 * than 5 min; the subquery finds older ones, up to 12 h.
 */
export function ageQuery(series: string): string {
  const newest = `max(timestamp(${series}))`;
  return `time() - (${newest} or max(max_over_time(timestamp(${series})[${LONGEST_AGE}:1m])))`;
}

/** The series of a selector, also those that get a sample less often than the 5 min of an instant query. */
export function within(series: string, seconds: number): string {
  return seconds > 300 ? `last_over_time(${series}[${seconds}s])` : series;
}

/**
 * By how much a counter grew in the last hour. One that was born within the hour counts in full:
 * `increase()` would not see its first value.
 */
export function lastHour(counter: string): string {
  return `((${counter} unless ${counter} offset 1h) or increase(${counter}[1h]))`;
}
