import { columns } from "../../cli/shared/table.ts";

/** Rows as text in columns: the first one flush left, all others flush right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  return columns(rows, { right: true }).join("\n");
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
