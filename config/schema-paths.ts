import type { z } from "zod";

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

/** `["postgres", 0, "network"]` as `postgres[0].network`. */
export function joinPath(keys: PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) =>
      typeof key === "number" ? `${path}[${key}]` : path ? `${path}.${String(key)}` : String(key),
    "",
  );
}

/** Keys that the schema knows below a path. */
export function knownKeys(schema: z.ZodObject, keys: PropertyKey[]): string[] {
  const fields = schemasAt(schema, keys).flatMap(({ def }) => Object.keys(def.shape ?? {}));
  return [...new Set(fields)].sort();
}

/** A value for the field at a path: the schema's example, or its default. */
export function exampleAt(schema: z.ZodObject, keys: PropertyKey[]): string | undefined {
  for (const node of schemasAt(schema, keys)) {
    const examples = (node as unknown as z.ZodType).meta?.()?.examples as unknown[] | undefined;
    if (examples) return String(examples[0]);
    const { defaultValue } = node.def;
    if (defaultValue !== undefined) {
      return typeof defaultValue === "object" ? JSON.stringify(defaultValue) : String(defaultValue);
    }
  }
  return undefined;
}

/** Paths of the values that have to be set where the field at a path is missing: of an object its required ones. */
export function missingFields(schema: z.ZodObject, keys: PropertyKey[]): PropertyKey[][] {
  const object = schemasAt(schema, keys).find(({ def }) => def.type === "object");
  return object ? requiredFields(object) : [[]];
}

function requiredFields(object: Node): PropertyKey[][] {
  return Object.entries(object.def.shape ?? {}).flatMap(([name, field]) => {
    if ((field as unknown as z.ZodType).safeParse(undefined).success) return [];
    const inner = unwrap(field).find(({ def }) => def.type === "object");
    const paths = inner ? requiredFields(inner) : [[]];
    return paths.map((path) => [name, ...path]);
  });
}

/** Whether the field at a path may be of a type, in zod's words. */
export function isA(type: string, schema: z.ZodObject, keys: PropertyKey[]): boolean {
  return schemasAt(schema, keys).some(({ def }) => def.type === type);
}

/** All schemas that can stand at a path, outermost wrapper first. */
function schemasAt(schema: z.ZodObject, keys: PropertyKey[]): Node[] {
  let level = unwrap(schema as unknown as Node);
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
