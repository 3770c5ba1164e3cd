/** One variable of an environment file, and the line that it stands on. */
interface Variable {
  value: string;
  line: number;
}

/** What is wrong with an environment file, and what mends it. */
interface EnvFault {
  line: number;
  reason: string;
  fix: string;
}

export interface EnvFile {
  variables: Map<string, Variable>;
  faults: EnvFault[];
}

const assignment = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;

/**
 * Reads a file as Compose reads its `.env`: comments, `export`, single and double quotes. What Compose would
 * fill in from elsewhere is a fault, since that is not known here. No fault names a value.
 */
export function parseEnv(text: string): EnvFile {
  const variables = new Map<string, Variable>();
  const faults: EnvFault[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, name = "", rest = ""] = assignment.exec(trimmed) ?? [];
    if (!name) {
      faults.push({ line, reason: "is not NAME=value", fix: "correct or remove the line" });
      continue;
    }
    const read = readValue(rest);
    if ("reason" in read) {
      faults.push({ line, reason: `${name} ${read.reason}`, fix: read.fix });
      continue;
    }
    const first = variables.get(name);
    if (first) {
      const reason = `sets ${name} again, after line ${first.line}`;
      faults.push({ line, reason, fix: "remove one of the two lines" });
      continue;
    }
    variables.set(name, { value: read.value, line });
  }
  return { variables, faults: [...encrypted(variables), ...faults] };
}

type Read = { value: string } | { reason: string; fix: string };

function readValue(rest: string): Read {
  const quote = rest[0];
  if (quote === "'") return singleQuoted(rest);
  if (quote === '"') return doubleQuoted(rest);
  // A comment begins after white space: `a#b` is a value.
  return expanded(rest.replace(/(^|\s)#.*$/, "").trim());
}

function singleQuoted(rest: string): Read {
  const [, value, after] = /^'([^']*)'(.*)$/.exec(rest) ?? [];
  if (value === undefined) return unclosed("'");
  return isComment(after) ? { value } : trailing;
}

function doubleQuoted(rest: string): Read {
  const [, inner, after] = /^"((?:[^"\\]|\\.)*)"(.*)$/.exec(rest) ?? [];
  if (inner === undefined) return unclosed('"');
  if (!isComment(after)) return trailing;
  const read = expanded(inner);
  if (!("value" in read)) return read;
  return { value: read.value.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char) };
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

const trailing: Read = {
  reason: "has text after its closing quote",
  fix: "remove that text, or put it inside the quotes",
};

function isComment(after = ""): boolean {
  return /^\s*(#.*)?$/.test(after);
}

function unclosed(quote: string): Read {
  return { reason: `has no closing ${quote}`, fix: "close the quote on the same line" };
}

/** A `$` that begins a variable: Compose would fill it in. */
function expanded(value: string): Read {
  if (!/(^|[^\\])\$[\w{]/.test(value)) return { value };
  return {
    reason: "refers to another variable with $",
    fix: "write the value itself; a real $ stands in single quotes",
  };
}

/** A file that SOPS encrypted has its data in every value. */
function encrypted(variables: ReadonlyMap<string, Variable>): EnvFault[] {
  const [first] = [...variables.values()].filter(({ value }) => value.startsWith("ENC["));
  if (!first) return [];
  const fix = "sops -d secret.sops.env | npm run adopt -- --stack STACK --env -";
  return [{ line: first.line, reason: "is still encrypted, and so is the file", fix }];
}
