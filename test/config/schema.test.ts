import { expect, test } from "vitest";
import { z } from "zod";
import { secretKeys, settings } from "../../config/schema.ts";

interface Node {
  type?: string;
  const?: unknown;
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: unknown;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
}

/** A schema and every one below it, with their paths. */
function walk(node: Node, path = ""): [string, Node][] {
  const choices = [
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
    ...(node.items ? [node.items] : []),
  ];
  return [
    [path, node],
    ...choices.flatMap((choice) => walk(choice, path)),
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
      walk(child, path ? `${path}.${key}` : key),
    ),
  ];
}

const root = z.toJSONSchema(settings, { io: "input", unrepresentable: "any" }) as Node;
const all = walk(root);
const groups = new Set(all.flatMap(([path, { properties }]) => (properties ? [path] : [])));
const kinds = new Set(all.flatMap(([path, node]) => (node.const === undefined ? [] : [path])));
const single = [...new Set(all.map(([path]) => path))].filter(
  (path) => !groups.has(path) && !kinds.has(path),
);

test.each(single)("%s has a description that is a sentence", (path) => {
  const descriptions = all.flatMap(([at, { description }]) => (at === path ? [description] : []));
  expect(descriptions.find(Boolean)).toMatch(/^[A-Z`].*[.:`]$/);
});

test.each([...groups])("%s is strict, so that a typo is a fault", (path) => {
  const strict = all.filter(([at, { properties }]) => at === path && properties);
  for (const [, node] of strict) expect(node.additionalProperties).toBe(false);
});

test.each(Object.keys(secretKeys))("%s is a setting whose description begins so", (name) => {
  expect(root.properties?.[name]?.description).toMatch(/^Secret[.,] /);
});
