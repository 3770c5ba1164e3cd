import { setAsideHours, TOLD_HOURS } from "../../../telemetry/set-aside.ts";
import type { Check } from "./check.ts";

/** State that the agent could not read, and that an update put aside within the last day. */
export function stateSetAside(host: string): Check {
  return {
    id: "state-set-aside",
    title: "damaged state set aside",
    unit: "files",
    metrics: [`${setAsideHours({ host })} < ${TOLD_HOURS}`],
    judge({ metrics: [found = []] }) {
      const count = found.length;
      if (count === 0) return { count };
      const paths = found.map(({ labels }) => labels.path ?? "").sort();
      const kept = `Alloy on ${host} could not read ${paths.join(", ")}. The update kept the damaged file beside the new one.`;
      return { count, state: "warning", advice: [kept, ...new Set(paths.map(meaning))].join(" ") };
    },
  };
}

function meaning(path: string): string {
  return path.endsWith("/wal")
    ? "Samples that waited in it are lost."
    : "Lines that were sent before and are still at their source arrive twice.";
}
