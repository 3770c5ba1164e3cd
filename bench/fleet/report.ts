import { aligned, decimal, ratio } from "../footprint/table.ts";
import type { Cell } from "./grid.ts";
import type { Measured } from "./measure.ts";
import type { Proof } from "./proof.ts";
import { WAYS, type Way } from "./ways.ts";

const megabytes = (bytes: number) => decimal(bytes / 1e6, 0);

export function proofReport({ table, first, resumed }: Proof): string {
  return [
    table,
    "",
    `50 hosts, 3 failing: exit code ${first.exitCode} after ${decimal(first.seconds, 0)} s; mended and resumed, the 3 alone: exit code ${resumed.exitCode} after ${decimal(resumed.seconds, 0)} s`,
    "",
  ].join("\n");
}

/** The three ways side by side; ratios are against the first. */
export function waysReport(ways: readonly Way[]): string {
  const base = ways[0]?.measured;
  const rows = ways.map(({ label, measured, failing }) => [
    label,
    decimal(measured.seconds, 1),
    decimal(measured.peak.cpuSeconds, 1),
    ratio(measured.peak.cpuSeconds, base?.peak.cpuSeconds ?? 0),
    ...memory(measured),
    ratio(measured.peak.proportional, base?.peak.proportional ?? 0),
    `${failing} of ${WAYS.hosts}`,
  ]);
  const head = [
    `${WAYS.hosts} hosts, ${WAYS.parallel} at a time`,
    "s",
    "CPU, s",
    "ratio",
    "PSS, MB",
    "RSS, MB",
    "processes",
    "ratio PSS",
    "failing with 1 fault",
  ];
  return `${aligned([head, ...rows])}\n`;
}

function memory({ peak }: Measured): string[] {
  return [megabytes(peak.proportional), megabytes(peak.resident), String(peak.processes)];
}

/** Time and memory, all hosts deployed from nothing. Speed-up is against the least at a time. */
export function gridReport(cells: readonly Cell[]): string {
  const rows = cells.map(({ hosts, parallel, measured }) => {
    const least = cells.find((cell) => cell.hosts === hosts);
    return [
      `${hosts}`,
      `${parallel}`,
      decimal(measured.seconds, 1),
      ratio(least?.measured.seconds ?? 0, measured.seconds),
      decimal(measured.peak.cpuSeconds / hosts, 1),
      ...memory(measured),
      megabytes(measured.peak.proportional / hosts),
      perHostAtATime(least, { hosts, parallel, measured }),
    ];
  });
  const head = [
    ...["hosts", "at a time", "s", "speed-up", "CPU, s a host", "PSS, MB", "RSS, MB", "processes"],
    ...["PSS a host, MB", "PSS one more at a time, MB"],
  ];
  return `${aligned([head, ...rows])}\n`;
}

/** What each host more at a time adds to the peak. */
function perHostAtATime(least: Cell | undefined, cell: Cell): string {
  const more = Math.min(cell.parallel, cell.hosts) - (least?.parallel ?? cell.parallel);
  const bytes = cell.measured.peak.proportional - (least?.measured.peak.proportional ?? 0);
  return more > 0 ? megabytes(bytes / more) : "-";
}
