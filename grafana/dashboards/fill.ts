/** Values of a dashboard's variables, and what Grafana itself fills in. */
export interface Filling {
  host: string;
  /** For `$__rate_interval` and `$__auto`: at least four scrapes. */
  interval: string;
  /** Regular expression that log lines must match. Default: all do. */
  search?: string | undefined;
}

/** A query with its variables filled in: one host, and of everything else all. */
export function fill(expr: string, { host, interval, search = "" }: Filling): string {
  return expr
    .replaceAll("$__rate_interval", interval)
    .replaceAll("$__auto", interval)
    .replaceAll("$__range", "15m")
    .replaceAll("$host", host)
    .replaceAll("$search", search.replaceAll("`", ""))
    .replaceAll(/"\$(job|service|repo|container|unit)"/g, '".+"');
}
