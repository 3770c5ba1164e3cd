import type { z } from "zod";
import { type SecretName, secretKeys, settings } from "./schema.ts";

/** One thing wrong with a stack's configuration. */
export interface Fault {
  /** Where, as `pulumi config set --path` takes it: `host.journal.gid`. */
  path: string;
  /** What is wrong, in one sentence. */
  reason: string;
  /** Command that mends it. */
  fix: string;
}

const namespace = "grafana-alloy";

/** Faults that zod found, one for each issue and, for unknown keys, one for each key. */
export function schemaFaults(error: z.ZodError, stack: string): Fault[] {
  return error.issues.flatMap((issue) => issueFaults(issue, [], stack));
}

function issueFaults(issue: z.core.$ZodIssue, base: PropertyKey[], stack: string): Fault[] {
  const keys = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...keys, key], keys, stack));
  }
  if (issue.code === "invalid_union") return unionFaults(issue, keys, stack);
  const path = joinPath(keys);
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  const reason = missing ? "is missing" : reasonOf(issue);
  return [{ path, reason, fix: setCommand(keys, stack) }];
}

/** An image is a digest reference or `{ local }`: the fault is that of the form that was tried. */
function unionFaults(
  issue: Extract<z.core.$ZodIssue, { code: "invalid_union" }>,
  keys: PropertyKey[],
  stack: string,
): Fault[] {
  const tried = issue.errors.find((issues) => !issues.some(isWrongKind));
  if (tried) return tried.flatMap((inner) => issueFaults(inner, keys, stack));
  const options =
    "options" in issue && Array.isArray(issue.options) ? issue.options.join(", ") : "";
  const reason = options ? `must be one of: ${options}` : "has the wrong form";
  const path = keys.at(-1) === "type" || !options ? keys : [...keys, "type"];
  return [{ path: joinPath(path), reason, fix: setCommand(path, stack) }];
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `must be one of: ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return `must be ${article(issue.expected)}`;
  if (issue.code === "too_small") return `must be at least ${bound(issue.minimum, issue.origin)}`;
  if (issue.code === "too_big") return `must be at most ${bound(issue.maximum, issue.origin)}`;
  if (issue.code === "invalid_format" && issue.format === "url") {
    return "must be a URL with http or https";
  }
  return issue.message;
}

function bound(limit: number | bigint, origin: string): string {
  if (origin === "array") return `${limit} entry long`;
  if (origin === "string") return `${limit} character long`;
  return `${limit}`;
}

function article(expected: string): string {
  const noun = expected === "int" ? "integer" : expected;
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

function unknownKey(keys: PropertyKey[], parent: PropertyKey[], stack: string): Fault {
  const known = knownKeys(parent);
  const reason = `is not a setting; known here: ${known.join(", ")}`;
  return { path: joinPath(keys), reason, fix: removeCommand(keys, stack) };
}

/** Keys that the schema knows below a path. */
function knownKeys(keys: PropertyKey[]): string[] {
  const fields = new Set<string>();
  for (const schema of schemasAt(keys)) {
    for (const key of Object.keys(schema.def.shape ?? {})) fields.add(key);
  }
  return [...fields].sort();
}

/** Command that sets a field, with the schema's own example as the value. */
export function setCommand(keys: PropertyKey[], stack: string): string {
  const [first] = keys;
  if (keys.length === 1 && typeof first === "string" && first in secretKeys) {
    return secretCommand(first as SecretName, stack);
  }
  const example = exampleAt(keys);
  const type = isNumericText(keys, example) ? " --type string" : "";
  return `pulumi config set --stack ${stack}${type} --path '${namespace}:${joinPath(keys)}' ${quote(example)}`;
}

/** Whether a value would be stored as a number, where the schema wants a text: a user name of digits. */
function isNumericText(keys: PropertyKey[], value: string): boolean {
  return /^\d+$/.test(value) && schemasAt(keys).some(({ def }) => def.type === "string");
}

/** Command that stores a secret; without a value it is read from standard input. */
export function secretCommand(name: SecretName, stack: string): string {
  // This one is checked before it is stored.
  if (name === "githubToken") return `npm run github-token -- --stack ${stack}`;
  const command = `pulumi config set --stack ${stack} --secret ${secretKeys[name]}`;
  // Typed, it would end at its first line break.
  return name === "githubAppPrivateKey" ? `${command} < KEY.pem` : command;
}

function removeCommand(keys: PropertyKey[], stack: string): string {
  return `pulumi config rm --stack ${stack} --path '${namespace}:${joinPath(keys)}'`;
}

function quote(example: string): string {
  if (example.startsWith("$(")) return `"${example}"`;
  return /^[\w./:@-]+$/.test(example) ? example : `'${example}'`;
}

function exampleAt(keys: PropertyKey[]): string {
  for (const schema of schemasAt(keys)) {
    const meta = (schema as unknown as z.ZodType).meta?.();
    if (meta?.examples) return String((meta.examples as unknown[])[0]);
    if (schema.def.defaultValue !== undefined) return defaultText(schema.def.defaultValue);
  }
  return "VALUE";
}

function defaultText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The part of a zod schema that is walked here. */
interface Node {
  def: {
    type: string;
    shape?: Record<string, Node>;
    element?: Node;
    innerType?: Node;
    options?: Node[];
    defaultValue?: unknown;
  };
}

/** All schemas that can stand at a path, outermost wrapper first. */
function schemasAt(keys: PropertyKey[]): Node[] {
  let level = unwrap(settings as unknown as Node);
  for (const key of keys) {
    level = level.flatMap((node) => {
      const next = typeof key === "number" ? node.def.element : node.def.shape?.[String(key)];
      return next ? unwrap(next) : [];
    });
  }
  return level;
}

function unwrap(node: Node): Node[] {
  const inner = [...(node.def.innerType ? [node.def.innerType] : []), ...(node.def.options ?? [])];
  return [node, ...inner.flatMap(unwrap)];
}

/** `["postgres", 0, "network"]` as `postgres[0].network`. */
export function joinPath(keys: PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) =>
      typeof key === "number" ? `${path}[${key}]` : path ? `${path}.${String(key)}` : String(key),
    "",
  );
}

/** All faults as the one message that the operator reads. */
export function faultsMessage(faults: Fault[], stack: string): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.reason}\n    ${fault.fix}`);
  return `Stack ${stack}: ${count} in the configuration, nothing was changed.\n${lines.join("\n")}`;
}
