import { describe, expect, test } from "vitest";
import type { Footprint } from "../../bench/footprint/footprint.ts";
import { report, seriesByJob } from "../../bench/footprint/report.ts";
import { decimal, ratio } from "../../bench/footprint/table.ts";

const footprint: Footprint = {
  seconds: 900,
  workingSetMean: 100_000_000,
  workingSetPeak: 110_000_000,
  residentMean: 180_000_000,
  residentPeak: 190_500_000,
  anonymousMean: 90_000_000,
  cpuMean: 1.234,
  cpuP95: 4,
  series: 496,
  metricsBytes: 1_500_000,
  logsBytes: 300_000,
  logLines: 27_000,
};
const document: Footprint = { ...footprint, residentMean: 240_000_000, series: 2_480, logLines: 0 };

const comparison = {
  containers: 43,
  sinceStart: 1020,
  ours: { footprint, series: { alloy: 350, traefik: 146 } },
  document: { footprint: document, series: { alloy: 700, traefik: 1_780 } },
};

test("report shows both sides, their ratio and the target", () => {
  expect(report(comparison).split("\n")).toEqual([
    "",
    "15 min with 43 containers on the engine, from 2 min after the start of both agents",
    "",
    "                                           ours  document  ratio  target",
    "RSS, mean, MB                             180.0     240.0   0.75   < 200",
    "RSS, peak, MB                             190.5     190.5   1.00   < 200",
    "of it allocated (RssAnon), mean, MB        90.0      90.0   1.00",
    "working set of the container, mean, MB    100.0     100.0   1.00   < 200",
    "working set of the container, peak, MB    110.0     110.0   1.00   < 200",
    "CPU, mean, % of a core                     1.23      1.23   1.00     < 2",
    "CPU, 95th percentile of 5 s, % of a core   4.00      4.00   1.00",
    "active series                               496     2,480   0.20",
    "metrics sent, KB a minute                 100.0     100.0   1.00",
    "metrics sent, MB a day                    144.0     144.0   1.00",
    "logs sent, KB a minute                     20.0      20.0   1.00",
    "logs sent, MB a day                        28.8      28.8   1.00",
    "log lines sent a second                    30.0       0.0      -",
    "",
    "active series by job  ours  document  ratio",
    "traefik                146     1,780   0.08",
    "alloy                  350       700   0.50",
    "",
  ]);
});

test("a short run says that GitHub may be missing", () => {
  expect(report({ ...comparison, sinceStart: 599 })).toContain(
    "GitHub's series come every 10 min: here they may be missing.",
  );
  expect(report({ ...comparison, sinceStart: 600 })).not.toContain("GitHub");
});

test("a job of one side only is shown for both", () => {
  expect(seriesByJob({ a: 1 }, { b: 2 }).split("\n")).toEqual([
    "active series by job  ours  document  ratio",
    "b                        0         2   0.00",
    "a                        1         0      -",
  ]);
});

describe("numbers", () => {
  test("decimal", () => {
    expect(decimal(1234.56, 1)).toBe("1,234.6");
    expect(decimal(2, 2)).toBe("2.00");
  });

  test("ratio", () => {
    expect(ratio(1, 4)).toBe("0.25");
    expect(ratio(0, 0)).toBe("-");
  });
});
