import type { Fault } from "../../config/faults.ts";

/** An environment file: its variables by name, and the lines that can't be read. */
export interface EnvFile {
  name: string;
  variables: Map<string, string>;
  faults: Fault[];
}

/** As Compose reads a line: a comment starts after white space, so `a#b` is a value. */
const assignment =
  /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^'"#\s].*?)?)\s*(?:(?<=[\s=])#.*)?$/;

/** Reads a file as Compose reads its `.env`; the last of two lines for one variable counts. No fault names a value. */
export function parseEnv(name: string, text: string): EnvFile {
  const file: EnvFile = { name, variables: new Map(), faults: [] };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, variable, single, double, bare = ""] = assignment.exec(line) ?? [];
    const value = single ?? double?.replace(/\\(.)/g, "$1") ?? bare;
    if (value.startsWith("ENC[")) return { ...file, faults: [stillEncrypted(name)] };
    if (variable) file.variables.set(variable, value);
    else file.faults.push(unreadable(`${name} line ${index + 1}`));
  }
  return file;
}

function unreadable(path: string): Fault {
  const fix = "correct or remove the line; a quote ends on its line, and only a comment follows";
  return { path, reason: "is not NAME=value", fix };
}

/** SOPS leaves its data in every value. */
function stillEncrypted(path: string): Fault {
  const fix = "sops -d secret.sops.env | npm run adopt -- --stack STACK --env -";
  return { path, reason: "is still encrypted", fix };
}
