import type { z } from "zod";
import { exampleAt, isA, joinPath } from "./schema-paths.ts";

/** A Pulumi program's configuration, and how a stack stores it. */
export interface Program<Schema extends z.ZodObject = z.ZodObject> {
  /** Name of the Pulumi project: the namespace of its settings. */
  project: string;
  /** Directory of the project, for an operator who is elsewhere. Default: they are in it. */
  directory?: string;
  schema: Schema;
  /** Settings that are secrets, by the key under which a stack stores them. */
  secretKeys: Readonly<Record<string, string>>;
  /** Settings that a provider reads too and that are no secrets, by the key under which a stack stores them. */
  providerKeys?: Readonly<Record<string, string>>;
  /** The command that stores a secret, where it is not the usual one. */
  secretCommand?(name: string, usual: string, stack: string): string;
}

/** The commands that fix a stack's configuration. */
export interface Commands {
  stack: string;
  /** Sets a field. Default: to the schema's own example; a secret is read from standard input. */
  set(keys: PropertyKey[], value?: string): string;
  remove(keys: PropertyKey[]): string;
}

export function commandsOf(program: Program, stack: string): Commands {
  const { project, directory, schema, secretKeys, providerKeys, secretCommand } = program;
  const config = (verb: string) =>
    `pulumi${directory ? ` -C ${directory}` : ""} config ${verb} --stack ${stack}`;
  const elsewhere = { ...providerKeys, ...secretKeys };
  const path = (keys: PropertyKey[]) =>
    `--path '${elsewhere[joinPath(keys)] ?? `${project}:${joinPath(keys)}`}'`;

  // A stack is named after its host.
  const example = (keys: PropertyKey[]) => exampleAt(schema, keys)?.replace("<stack>", stack);

  function set(keys: PropertyKey[], value = example(keys)): string {
    const name = joinPath(keys);
    if (secretKeys[name]) {
      const usual = `${config("set")} --secret ${secretKeys[name]}`;
      return secretCommand?.(name, usual, stack) ?? usual;
    }
    if (value === undefined && isA("array", schema, keys)) return set([...keys, 0]);
    // Without it a user name of digits would be stored as a number.
    const type =
      value && /^\d+$/.test(value) && isA("string", schema, keys) ? " --type string" : "";
    return `${config("set")}${type} ${path(keys)} ${quote(value ?? "VALUE")}`;
  }

  return { stack, set, remove: (keys) => `${config("rm")} ${path(keys)}` };
}

function quote(value: string): string {
  if (value.startsWith("$(")) return `"${value}"`;
  return /^[\w./:@-]+$/.test(value) ? value : `'${value}'`;
}
