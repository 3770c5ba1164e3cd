import { SyntaxFault, unquote } from "./labels.ts";
import { checked, children, compiled, type SyntaxNode, within } from "./logql-tree.ts";
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
  kind: "lines";
  matchers: Matcher[];
  filters: LineFilter[];
}

/** Lines counted within a range of time. */
export interface Counted {
  kind: "counted";
  operation: "count_over_time" | "rate";
  lines: Lines;
  /** ns. */
  range: bigint;
}

const AGGREGATIONS = ["sum", "min", "max", "avg", "count", "topk", "bottomk"] as const;

export interface Aggregated {
  kind: "aggregated";
  operation: (typeof AGGREGATIONS)[number];
  /** Left out: everything together; of topk and bottomk, each series by itself. */
  grouping?: { by: boolean; labels: string[] };
  /** How many: topk and bottomk alone. */
  parameter: number;
  of: Metric;
}

export type Metric = Counted | Aggregated;
export type Query = Lines | Metric;

/** A part of LogQL that Loki knows and this stand-in does not. */
export class NotCovered extends Error {
  constructor(part: string) {
    super(`The stand-in of Grafana Cloud Logs does not cover this part of LogQL: ${part}`);
  }
}

/** What a query asks for. Throws `SyntaxFault` where Loki would refuse it, else `NotCovered`. */
export function parseQuery(text: string): Query {
  const [expression] = children(checked(text));
  return new Reader(text).expression(expression);
}

/** The matchers of a selector alone, as series and labels take it. */
export function parseSelector(text: string): Lines {
  const query = parseQuery(text);
  if (query.kind === "lines" && query.filters.length === 0) return query;
  throw new SyntaxFault("only label matchers are supported");
}

class Reader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expression(node: SyntaxNode | undefined): Query {
    if (node?.name === "Expr" && children(node).length === 1)
      return this.expression(children(node)[0]);
    if (node?.name === "LogExpr") return this.#lines(node);
    return this.#metric(node);
  }

  #metric(node: SyntaxNode | undefined): Metric {
    if (node?.name === "MetricExpr") return this.#metric(children(node)[0]);
    if (node?.name === "RangeAggregationExpr") return this.#counted(node);
    if (node?.name === "VectorAggregationExpr") return this.#aggregated(node);
    throw new NotCovered(this.#of(node));
  }

  #aggregated(node: SyntaxNode): Aggregated {
    const operation = AGGREGATIONS.find((one) => one === this.#of(children(node)[0]));
    if (!operation) throw new NotCovered(this.#of(children(node)[0]));
    const number = node.getChild("Number");
    const grouping = node.getChild("Grouping");
    const labels = grouping ? within(grouping, "Identifier").map((label) => this.#of(label)) : [];
    return {
      kind: "aggregated",
      operation,
      ...(grouping && { grouping: { by: grouping.getChild("By") !== null, labels } }),
      parameter: number ? Number(this.#of(number)) : 0,
      of: this.#metric(node.getChild("MetricExpr") ?? undefined),
    };
  }

  #counted(node: SyntaxNode): Counted {
    const operation = this.#of(node.getChild("RangeOp"));
    const range = node.getChild("LogRangeExpr");
    if ((operation !== "rate" && operation !== "count_over_time") || children(node).length !== 2) {
      throw new NotCovered(this.#of(node));
    }
    const duration = this.#of(range?.getChild("Range")).slice(1, -1).trim();
    const ns = parseDuration(duration);
    if (!range || !ns) throw new NotCovered(`the range [${duration}]`);
    return { kind: "counted", operation, lines: this.#lines(range), range: ns };
  }

  #lines(node: SyntaxNode): Lines {
    for (const child of children(node)) {
      if (!["Selector", "PipelineExpr", "Range"].includes(child.name)) {
        throw new NotCovered(this.#of(child));
      }
    }
    const matchers = within(node, "Matcher").map((matcher) => this.#matcher(matcher));
    if (!matchers.some(needsSomething)) throw new SyntaxFault(EVERYTHING);
    const filters = within(node, "PipelineStage").flatMap((stage) => this.#filters(stage));
    return { kind: "lines", matchers, filters };
  }

  #matcher(node: SyntaxNode): Matcher {
    const [name, operator, value] = children(node).map((child) => this.#of(child));
    const matcher = { name, operator, value: unquote(value ?? "") } as Matcher;
    if (matcher.operator.endsWith("~")) compiled(matcher.value);
    return matcher;
  }

  #filters(stage: SyntaxNode): LineFilter[] {
    if (!stage.getChild("LineFilters")) throw new NotCovered(this.#of(stage));
    return within(stage, "LineFilter").map((filter) => {
      const [operator, text, more] = children(filter);
      const found = { operator: this.#of(operator), text: this.#of(text) };
      if (more || text?.name !== "String" || !/^(\|=|!=|\|~|!~)$/.test(found.operator)) {
        throw new NotCovered(this.#of(filter));
      }
      const read = { ...found, text: unquote(found.text) } as LineFilter;
      if (read.operator.endsWith("~")) compiled(read.text);
      return read;
    });
  }

  #of(node: SyntaxNode | null | undefined): string {
    return node ? this.#text.slice(node.from, node.to) : "";
  }
}

const EVERYTHING =
  'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/** Whether a stream without the label does not match. */
function needsSomething({ operator, value }: Matcher): boolean {
  if (operator === "=") return value !== "";
  return operator === "=~" && !compiled(value).matches("");
}
