import type { z } from "zod";
import { type Commands, commandsOf, type Program } from "./commands.ts";
import type { Raw } from "./read-raw.ts";
import { isA, joinPath, knownKeys, missingFields } from "./schema-paths.ts";

/** One thing wrong with a stack's configuration. */
export interface Fault {
  /** Where, as `pulumi config set --path` takes it: `host.journal.gid`. */
  path: string;
  /** What is wrong, in one sentence. */
  reason: string;
  /** Command that fixes it. */
  fix: string;
}

/** Makes a fault of the field at a path. Default: setting the field fixes it. */
export interface FaultMaker extends Commands {
  fault(keys: PropertyKey[], reason: string, fix?: string): Fault;
}

/** Finds faults that span several settings. */
export type CrossFaults = (raw: Raw, make: FaultMaker) => Fault[];

/** What a stack's configuration says, and what is wrong with it. */
export interface Parsed<Schema extends z.ZodObject> {
  /** Present where the schema takes it; faults between settings may remain. */
  settings?: z.output<Schema>;
  faults: Fault[];
}

/** Checks a stack's whole configuration, without a running program. */
export function parseConfig<Schema extends z.ZodObject>(
  program: Program<Schema>,
  raw: Raw,
  isSecret: (key: string) => boolean,
  stack: string,
  crossFaults: CrossFaults = () => [],
): Parsed<Schema> {
  const { schema, secretKeys } = program;
  const commands = commandsOf(program, stack);
  const make: FaultMaker = {
    ...commands,
    fault: (keys, reason, fix = commands.set(keys)) => ({ path: joinPath(keys), reason, fix }),
  };
  const parsed = schema.safeParse(raw, { error: reasonOf });
  const issues = parsed.error?.issues ?? [];
  const plain = Object.keys(secretKeys).filter(
    (name) => raw[name] !== undefined && !isSecret(secretKeys[name] ?? name),
  );
  const revoke = "is stored in plain text; revoke it, then store a new one as a secret";
  return {
    settings: parsed.data,
    faults: [
      ...issues.flatMap((issue) => issueFaults(issue, [], schema, make)),
      ...crossFaults(raw, make),
      ...plain.map((name) => make.fault([name], revoke)),
    ],
  };
}

const MISSING = "is missing";

/** The faults of one issue: one for each unknown key, and for each field of an object that is missing. */
function issueFaults(
  issue: z.core.$ZodIssue,
  base: PropertyKey[],
  schema: z.ZodObject,
  make: FaultMaker,
): Fault[] {
  const keys = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const reason = `is not a setting; known here: ${knownKeys(schema, keys).join(", ")}`;
    const unknown = issue.keys.map((key) => [...keys, key]);
    return unknown.map((path) => make.fault(path, reason, make.remove(path)));
  }
  if (issue.code === "invalid_type" && issue.message === MISSING) {
    const fields = missingFields(schema, keys);
    return fields.map((field) => make.fault([...keys, ...field], MISSING));
  }
  if (issue.code === "invalid_type" && isA("object", schema, keys)) {
    return [make.fault(keys, issue.message, make.remove(keys))];
  }
  if (issue.code !== "invalid_union") return [make.fault(keys, issue.message)];
  // An image is a digest reference or `{ local }`: the fault is that of the form that was tried.
  const tried = issue.errors.find((issues) => !issues.some(isWrongKind));
  if (tried) return tried.flatMap((inner) => issueFaults(inner, keys, schema, make));
  const options =
    "options" in issue && Array.isArray(issue.options) ? issue.options.join(", ") : "";
  if (!options) return [make.fault(keys, "has the wrong form")];
  const path = keys.at(-1) === "type" ? keys : [...keys, "type"];
  return [make.fault(path, `must be one of: ${options}`)];
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

/** What is wrong, where the schema has no sentence of its own. */
function reasonOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type" && issue.input === undefined) return MISSING;
  if (issue.code === "invalid_value") return `must be one of: ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return `must be ${article(issue.expected)}`;
  if (issue.code === "too_small") return `must be at least ${bound(issue.minimum, issue.origin)}`;
  if (issue.code === "too_big") return `must be at most ${bound(issue.maximum, issue.origin)}`;
  if (issue.code === "invalid_format" && issue.format === "url") {
    return "must be a URL with http or https";
  }
  return undefined;
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

/** All faults of a configuration as the one message that the operator reads. */
export function faultsMessage(faults: Fault[], stack: string): string {
  return `Stack ${stack}: ${faultsText("the configuration", faults)}`;
}

/** All faults of a thing, each with what fixes it. */
export function faultsText(where: string, faults: readonly Fault[]): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map(({ path, reason, fix }) => `  ${path}: ${reason}\n    ${fix}`);
  return `${count} in ${where}, nothing was changed.\n${lines.join("\n")}`;
}
