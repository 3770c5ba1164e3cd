import { advice } from "../../../telemetry/advice.ts";
import { selector, within } from "../../../telemetry/queries.ts";
import { GITHUB_FRESH, GITHUB_JOB } from "../../../telemetry/signals.ts";
import { type Check, sum } from "./check.ts";

/** On a host that does not poll GitHub the target list is empty: not a single series arrives from it. */
export function githubSilent(host: string): Check {
  const polls = selector("up", { job: GITHUB_JOB, host });
  return {
    id: "github-silent",
    title: "GitHub is not polled here",
    unit: "series",
    metrics: [`count(${within(polls, GITHUB_FRESH)})`],
    evaluate({ metrics: [found] }) {
      const count = sum(found);
      if (count === 0) return { count, unit: "series", state: "ok" };
      return { count, unit: "series", state: "warning", advice: advice.pollsToo({ host }) };
    },
  };
}
