import { selector } from "./queries.ts";
import { NODE_JOB } from "./signals.ts";

/** When a part of the agent's state was set aside since Alloy could not read it, in s since 1970, by `path` below `data`. */
export const SET_ASIDE = "host_alloy_state_set_aside_timestamp_seconds";

/** For how long it is told, in hours. */
export const TOLD_HOURS = 24;

/** Hours since each part of the state was set aside. */
export function setAsideHours(labels: Record<string, string> = {}): string {
  const newest = `max by (host, path) (${selector(SET_ASIDE, { job: NODE_JOB, ...labels })})`;
  return `(time() - ${newest}) / 3600`;
}
