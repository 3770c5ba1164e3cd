import { describe, expect, test } from "vitest";
import { z } from "zod";
import { secretKeys, settings } from "../../config/schema.ts";

/** The part of a zod schema that is walked here. */
interface Node {
  description?: string;
  def: {
    type: string;
    shape?: Record<string, Node>;
    element?: Node;
    innerType?: Node;
    options?: Node[];
    catchall?: Node;
  };
}

/** One setting: where it is, and the schemas that describe it, outermost first. */
interface Setting {
  path: string;
  nodes: Node[];
}

const root = settings as unknown as Node;

/** A schema without its wrappers, such as a default, and what is in a list. */
function wrapped(node: Node): Node[] {
  const inner = node.def.innerType ?? node.def.element;
  return [node, ...(inner ? wrapped(inner) : []), ...(node.def.options ?? []).flatMap(wrapped)];
}

/** Every setting below a schema, groups of settings too. */
function walk(node: Node, path = ""): Setting[] {
  return wrapped(node).flatMap(({ def }) =>
    Object.entries(def.shape ?? {}).flatMap(([key, child]) => {
      const at = path ? `${path}.${key}` : key;
      return [{ path: at, nodes: wrapped(child) }, ...walk(child, at)];
    }),
  );
}

const all = walk(root);
const isGroup = ({ nodes }: Setting) => nodes.some(({ def }) => def.shape);
const isKind = ({ nodes }: Setting) => nodes[0]?.def.type === "literal";

describe("every setting", () => {
  const single = all.filter((one) => !isGroup(one) && !isKind(one));

  test.each(single)("$path has a description that is a sentence", ({ nodes }) => {
    const [description] = nodes.flatMap((node) => node.description ?? []);
    expect(description).toMatch(/^[A-Z`].*[.:`]$/);
  });
});

test("every group is strict, so that a typo is a fault", () => {
  const groups = [root, ...all.flatMap(({ nodes }) => nodes)].filter(({ def }) => def.shape);
  for (const { def } of groups) {
    expect(def.catchall?.def.type, Object.keys(def.shape ?? {}).join(", ")).toBe("never");
  }
});

test("every secret is a setting whose description begins so", () => {
  const properties = z.toJSONSchema(settings, { io: "input" }).properties ?? {};
  for (const name of Object.keys(secretKeys)) {
    const property = properties[name] as { description?: string };
    expect(property.description, name).toMatch(/^Secret[.,] /);
  }
});
