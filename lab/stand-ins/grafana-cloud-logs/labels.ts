/** The labels of a stream or series, by name. */
export type Labels = Record<string, string>;

/** A text of labels, selectors or a query that Loki would not take either. */
export class SyntaxFault extends Error {}

const PAIR = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,|(?=\}))/y;

/** The pairs of `{a="b", c="d"}` in order of their names; a name may be there twice. */
export function parseLabels(text: string): [name: string, value: string][] {
  const body = text.trim();
  if (!body.startsWith("{") || !body.endsWith("}")) throw unexpected(body, 0);
  const pairs: [string, string][] = [];
  let at = 1;
  while (!/^\s*\}$/.test(body.slice(at))) {
    PAIR.lastIndex = at;
    const [, name, value] = PAIR.exec(body) ?? [];
    if (name === undefined || value === undefined) throw unexpected(body, at);
    pairs.push([name, unquote(value)]);
    at = PAIR.lastIndex;
  }
  return pairs.sort(([a], [b]) => compare(a, b));
}

/** `{a="b", c="d"}` in order of the names, as Loki writes a stream. */
export function formatLabels(labels: Labels): string {
  const names = Object.keys(labels).sort(compare);
  return `{${names.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(", ")}}`;
}

/** By code point, as Go compares strings. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|([av'])|(.))/gs;
const LETTERS: Record<string, string> = { a: "\\u0007", v: "\\u000b", "'": "'" };

/** The text of a Go string, in double quotes or as it stands between backticks. */
export function unquote(quoted: string): string {
  if (quoted.startsWith("`")) return quoted.slice(1, -1);
  const json = quoted.replace(ESCAPE, (whole, byte, point, letter) => {
    if (byte) return `\\u00${byte}`;
    if (point) return String.fromCodePoint(Number.parseInt(point, 16));
    return letter ? (LETTERS[letter] ?? whole) : whole;
  });
  try {
    return JSON.parse(json);
  } catch {
    throw new SyntaxFault(`parse error : invalid char escape in ${quoted}`);
  }
}

function unexpected(text: string, at: number): SyntaxFault {
  const found = text.slice(at, at + 20) || "end of the text";
  return new SyntaxFault(`parse error at line 1, col ${at + 1}: syntax error: unexpected ${found}`);
}
