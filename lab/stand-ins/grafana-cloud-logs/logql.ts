import { parser } from "@grafana/lezer-logql";
import { RE2JS } from "re2js";
import { SyntaxFault, unquote } from "./labels.ts";
import { parseDuration } from "./times.ts";

interface Matcher {
  name: string;
  operator: "=" | "!=" | "=~" | "!~";
  value: string;
}

interface LineFilter {
  operator: "|=" | "!=" | "|~" | "!~";
  text: string;
}

/** Streams, and which of their lines. */
export interface Lines {
  matchers: Matcher[];
  filters: LineFilter[];
}

/** Lines counted within a range of time, as `topk(top, sum by (by) (rate(lines [range])))`. */
export interface Count {
  lines: Lines;
  /** ns. */
  range: bigint;
  /** A second, and not all of the range. */
  rate: boolean;
  /** Labels of the sums; left out: each stream by itself. */
  by?: string[];
  /** Only the greatest; left out: all. */
  top?: number;
}

/** A part of LogQL that Loki knows and this stand-in does not. */
export class NotCovered extends Error {
  constructor(part: string) {
    super(`The stand-in of Grafana Cloud Logs does not cover this part of LogQL: ${part}`);
  }
}

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];
type Text = (node: SyntaxNode | null | undefined) => string;

/** What a query asks for. Throws `SyntaxFault` where Loki would refuse it, else `NotCovered`. */
export function parseQuery(query: string): Lines | Count {
  const text: Text = (node) => (node ? query.slice(node.from, node.to) : "");
  const root = innermost(checked(query));
  return root.name === "LogExpr" ? lines(root, text) : count(root, text);
}

/** The root of a query's tree; throws at the first place that is no LogQL. */
function checked(query: string): SyntaxNode {
  const tree = parser.parse(query);
  let fault: number | undefined;
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) fault ??= from;
    },
  });
  if (fault === undefined) return tree.topNode;
  const found = query.slice(fault).trim().split(/\s/)[0] || "$end";
  throw new SyntaxFault(`parse error at col ${fault + 1}: syntax error: unexpected ${found}`);
}

/** What stands in wrappers such as `MetricExpr`, which have nothing else. */
function innermost(node: SyntaxNode): SyntaxNode {
  const [only] = children(node);
  return only && ["LogQL", "Expr", "MetricExpr"].includes(node.name) ? innermost(only) : node;
}

function count(node: SyntaxNode, text: Text): Count {
  if (node.name === "RangeAggregationExpr") return counted(node, text);
  const inner = node.getChild("MetricExpr");
  const operation = text(children(node)[0]);
  if (node.name !== "VectorAggregationExpr" || !inner) throw new NotCovered(text(node));
  const of = count(innermost(inner), text);
  const grouping = node.getChild("Grouping");
  if (operation === "topk" && !grouping && of.top === undefined) {
    return { ...of, top: Number(text(node.getChild("Number"))) };
  }
  const without = grouping && !grouping.getChild("By");
  if (operation !== "sum" || of.by || of.top || without) throw new NotCovered(text(node));
  return { ...of, by: grouping ? within(grouping, "Identifier").map(text) : [] };
}

function counted(node: SyntaxNode, text: Text): Count {
  const operation = text(node.getChild("RangeOp"));
  const range = node.getChild("LogRangeExpr");
  const ns = parseDuration(text(range?.getChild("Range")).slice(1, -1).trim());
  const known = operation === "rate" || operation === "count_over_time";
  if (!known || !range || !ns || children(node).length !== 2) throw new NotCovered(text(node));
  return { lines: lines(range, text), range: ns, rate: operation === "rate" };
}

function lines(node: SyntaxNode, text: Text): Lines {
  const other = children(node).find(
    ({ name }) => !["Selector", "PipelineExpr", "Range"].includes(name),
  );
  if (other) throw new NotCovered(text(other));
  const matchers = within(node, "Matcher").map((matcher) => {
    const [name, operator, value = ""] = children(matcher).map(text);
    return { name, operator, value: unquote(value) } as Matcher;
  });
  if (!matchers.some(needsSomething)) throw new SyntaxFault(EVERYTHING);
  const filters = within(node, "PipelineStage").flatMap((stage) => {
    if (!stage.getChild("LineFilters")) throw new NotCovered(text(stage));
    return within(stage, "LineFilter").map((filter) => lineFilter(filter, text));
  });
  return { matchers, filters };
}

function lineFilter(node: SyntaxNode, text: Text): LineFilter {
  const [operator, value, more] = children(node);
  if (more || value?.name !== "String" || text(operator) === "|>" || text(operator) === "!>") {
    throw new NotCovered(text(node));
  }
  const filter = { operator: text(operator), text: unquote(text(value)) } as LineFilter;
  if (filter.operator.endsWith("~")) compiled(filter.text);
  return filter;
}

const EVERYTHING =
  'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/** Whether a stream without the label does not match. */
function needsSomething({ operator, value }: Matcher): boolean {
  if (operator === "=") return value !== "";
  return operator === "=~" && !compiled(value).matches("");
}

/** A regular expression that Loki would take. */
function compiled(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    throw new SyntaxFault(`parse error : ${(error as Error).message}`);
  }
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** The innermost nodes of a kind below a node, in order. */
function within(node: SyntaxNode, name: string): SyntaxNode[] {
  return children(node).flatMap((child) => {
    const deeper = within(child, name);
    return child.name === name && deeper.length === 0 ? [child] : deeper;
  });
}
