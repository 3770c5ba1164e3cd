import { type Check, checked } from "../check.ts";
import type { Findings, Operator } from "../findings.ts";

/** Sinks refuse what comes from the future, and the age of a log line is measured by the host's clock. */
const MOST_SECONDS = 60;

export function clockCheck({ clock }: Findings, { before, after }: Operator): Check {
  if (clock === undefined) {
    const fix = "on the host: date +%s";
    return checked("clock", "not known", { path: "clock", reason: "can't be read", fix });
  }
  const skew = clock < before ? clock - before : Math.max(0, clock - after);
  const words = `${Math.abs(skew)} s ${skew < 0 ? "behind" : "ahead of"} this machine's`;
  return checked(
    "clock",
    skew === 0 ? "as this machine's" : words,
    Math.abs(skew) > MOST_SECONDS && {
      path: "clock",
      reason: `is ${words}; samples and log lines get a wrong timestamp, or are refused`,
      fix: "as root on the host: timedatectl set-ntp true (and see that this machine's clock is right)",
    },
  );
}
