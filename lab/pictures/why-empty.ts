import type { BuiltPanel } from "../../grafana/dashboards/built.ts";
import { LOGS } from "../../grafana/dashboards/panels.ts";

/** Why a panel shows nothing although everything works, by what its queries ask for. The first that fits is told. */
const REASONS: [asksFor: RegExp, reason: string][] = [
  [/node_zfs_/, "this host has no ZFS"],
  [/node_hwmon_/, "this host has no sensor"],
  [/host_token_expiry_/, "no token has a known end"],
  [/loki_process_dropped_lines_/, "no line was dropped"],
  [/github_/, "polled every 10 minutes"],
  [/\b(rate|increase|changes)\(/, "a rate needs two scrapes"],
];

/** A few words for a panel without data; none when it should have some. */
export function whyEmpty({ targets }: Pick<BuiltPanel, "targets">): string {
  if (targets.every(({ datasource }) => datasource.type === LOGS.type)) return "no line matches";
  const fits = ([asksFor]: (typeof REASONS)[number]) =>
    targets.some(({ expr }) => asksFor.test(expr));
  return REASONS.find(fits)?.[1] ?? "";
}
