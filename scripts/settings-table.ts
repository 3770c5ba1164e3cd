import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { settings } from "../config/schema.ts";

const file = join(import.meta.dirname, "..", "docs", "settings.md");
const [begin, end] = ["<!-- settings: begin -->", "<!-- settings: end -->"];

/** The part of a JSON schema that a table row shows. */
interface Property {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Property[];
  oneOf?: Property[];
  items?: Property;
  properties?: Record<string, Property>;
  required?: string[];
  default?: unknown;
  description?: string;
}

/** The table of all settings, from the schema that reads them. */
export function settingsTable(): string {
  const schema = z.toJSONSchema(settings, { io: "input" }) as Property;
  const rows = rowsOf(schema, "");
  const lines = rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`);
  return ["| Setting | Default | What it says |", "|---|---|---|", ...lines].join("\n");
}

function rowsOf(schema: Property, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    propertyRows(
      property,
      path ? `${path}.${name}` : name,
      schema.required?.includes(name) ?? false,
    ),
  );
}

function propertyRows(property: Property, path: string, required: boolean): string[][] {
  const forms = (property.oneOf ?? property.anyOf ?? []).filter((form) => form.properties?.type);
  const items =
    property.type === "array" && property.items?.properties ? property.items : undefined;
  const own = property.description
    ? [[`\`${path}\``, defaultOf(property, required), property.description]]
    : [];
  return [
    ...own,
    ...forms.flatMap((form) => rowsOf(form, `${path} (${String(form.properties?.type?.const)})`)),
    ...(items ? rowsOf(items, `${path}[]`) : []),
    ...(forms.length > 0 ? [] : rowsOf(property, path)),
  ].filter(([cell]) => !cell?.endsWith(".type`"));
}

function defaultOf(property: Property, required: boolean): string {
  const value = property.default;
  if (value === undefined) return required ? "**required**" : "";
  return `\`${typeof value === "string" ? shortenDigest(value) : JSON.stringify(value)}\``;
}

/** Without the digest a new one changes no table. */
function shortenDigest(text: string): string {
  return text.replace(/sha256:\w+/, "sha256:…");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** A text with the table between its markers replaced by the present one. */
export function withTable(text: string): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file}: markers are missing`);
  return `${before}${begin}\n${settingsTable()}\n${end}${after}`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(file, withTable(readFileSync(file, "utf8")));
}
