import { parser } from "@grafana/lezer-logql";
import { RE2JS } from "re2js";
import { SyntaxFault } from "./labels.ts";

export type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** The root of a query's tree; throws at the first place that is no LogQL. */
export function checked(text: string): SyntaxNode {
  const tree = parser.parse(text);
  let fault: number | undefined;
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) fault ??= from;
      return fault === undefined;
    },
  });
  if (fault === undefined) return tree.topNode;
  const before = text.slice(0, fault).split("\n");
  const found = text.slice(fault).trim().split(/\s/)[0] || "$end";
  const place = `line ${before.length}, col ${(before.at(-1) ?? "").length + 1}`;
  throw new SyntaxFault(`parse error at ${place}: syntax error: unexpected ${found}`);
}

export const children = (node: SyntaxNode | undefined): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
};

/** The innermost nodes of a kind below a node, in order. */
export function within(node: SyntaxNode, name: string): SyntaxNode[] {
  return children(node).flatMap((child) =>
    child.name === name && !within(child, name).length ? [child] : within(child, name),
  );
}

/** A regular expression that Loki would take. */
export function compiled(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    throw new SyntaxFault(`parse error : ${(error as Error).message}`);
  }
}
