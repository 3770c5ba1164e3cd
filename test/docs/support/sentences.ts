import { readFileSync } from "node:fs";
import ts from "typescript";

/** The sentences in a TypeScript file: strings of one line with four words or more, and the help of a command. */
export function sentences(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const text = textOf(node);
    if (text && isSentence(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a string says; each inserted value and each piece of code in it becomes a name. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map((span) => `Name ${span.literal.text}`);
    return [node.head.text, ...rest].join("").replaceAll(/`[^`]*`/g, "Name");
  }
  return ts.isStringLiteralLike(node) ? node.text.replaceAll(/`[^`]*`/g, "Name") : undefined;
}

function isSentence(text: string): boolean {
  if (text.startsWith("usage: ")) return true;
  return !text.includes("\n") && /[a-z]+ [a-z]+ [a-z]+ [a-z]+/i.test(text);
}
