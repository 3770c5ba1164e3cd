/** One thing that was deployed. */
export interface Row {
  /** What it is: `container alloy`, `configuration`, `secrets`. */
  what: string;
  /** What of it was compared. */
  aspect: string;
  state: "same" | "drifted";
  /** What differs, a phrase each, without values: they may be secrets. */
  drift: string[];
  /** Command that puts it right; there where it drifted. */
  repair?: string;
}

/** The rows for machines: every key in every row. */
export function toJson(rows: readonly Row[]): string {
  const all = rows.map(({ repair, ...row }) => ({ ...row, repair: repair ?? null }));
  return `${JSON.stringify(all, null, 2)}\n`;
}
