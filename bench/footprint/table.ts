const GAP = 2;

/** Rows as text in columns: the first one flush left, all others flush right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => line(row, widths)).join("\n");
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
    .join(" ".repeat(GAP))
    .trimEnd();
}

/** A number with thousands separators and exactly `digits` decimals. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** How many times the second number the first is; a dash where there is nothing to divide by. */
export function ratio(part: number, whole: number): string {
  return whole === 0 ? "-" : decimal(part / whole, 2);
}
