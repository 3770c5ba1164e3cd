import type { BuiltPanel } from "../../grafana/dashboards/built.ts";
import { valueName } from "../../grafana/dashboards/tables.ts";
import type { Answer } from "./collect.ts";
import { named, newest } from "./names.ts";
import { type Box, cut, rect, text, widthOf } from "./svg.ts";
import { colour, theme, thresholdColour } from "./theme.ts";
import { written } from "./units.ts";

interface Mapping {
  options: Record<string, { text: string; color: string }>;
}

/** The value now, large; several below each other. */
export function stat(panel: BuiltPanel, answers: Answer[], box: Box): string {
  const { unit, decimals, thresholds, mappings } = panel.fieldConfig?.defaults ?? {};
  const byName =
    (panel as unknown as { options: { textMode?: string } }).options.textMode === "name";
  const all = named(answers).sort((a, b) => (a.name < b.name ? -1 : 1));
  const height = box.h / all.length;
  return all
    .map((one, index) => {
      const value = newest(one);
      const word = (mappings as Mapping[] | undefined)?.[0]?.options[value];
      const shade = word ? colour(word.color) : thresholdColour(thresholds, value);
      const said = byName ? one.name : (word?.text ?? written(value, unit, decimals as number));
      const middle = box.y + height * (index + 0.5);
      const label = all.length > 1 && !byName ? one.name : "";
      return label
        ? besideLabel(label, said, shade, { ...box, y: middle, h: height })
        : large(said, shade, { ...box, y: middle, h: height });
    })
    .join("");
}

function large(said: string, shade: string, { x, y, w, h }: Box): string {
  const size = Math.min(34, h * 0.6, (w - 16) / (said.length * 0.56));
  const style = { size: Math.round(size), colour: shade, weight: 500, anchor: "middle" } as const;
  return text(x + w / 2, y + size / 3, said, style);
}

function besideLabel(label: string, said: string, shade: string, { x, y, w, h }: Box): string {
  const size = Math.min(20, h * 0.5);
  const room = w - 36 - widthOf(said, size);
  return (
    text(x + 12, y + 5, cut(label, room, 12), { size: 12, colour: theme.dim }) +
    text(x + w - 12, y + size / 3, said, { size, colour: shade, weight: 500, anchor: "end" })
  );
}

/** A bar for each series, as long as its value. */
export function bars(panel: BuiltPanel, answers: Answer[], box: Box): string {
  const { unit, decimals, thresholds, max } = panel.fieldConfig?.defaults ?? {};
  const all = named(answers)
    .sort((a, b) => newest(b) - newest(a))
    .slice(0, 8);
  const height = Math.min(34, box.h / all.length);
  const nameWidth = box.w * 0.42;
  const room = box.w - nameWidth - 84;
  return all
    .map((one, index) => {
      const value = newest(one);
      const y = box.y + index * height;
      const part = Math.max(0.004, Math.min(1, value / ((max as number) ?? 1)));
      const bar = { x: box.x + nameWidth, y: y + height * 0.2, w: room, h: height * 0.6 };
      const shade = thresholdColour(thresholds, value);
      const said = written(value, unit, decimals as number);
      const middle = y + height / 2 + 4;
      return [
        text(box.x + 12, middle, cut(one.name, nameWidth - 20, 12), { size: 12 }),
        rect(bar, theme.grid),
        rect({ ...bar, w: room * part }, shade),
        text(box.x + box.w - 12, middle, said, { size: 13, colour: shade, anchor: "end" }),
      ].join("");
    })
    .join("");
}

/** One row a value of the label that joins the answers. */
export function table(panel: BuiltPanel, answers: Answer[], box: Box): string {
  const transformations = (panel as unknown as { transformations: { options: Organized }[] })
    .transformations;
  const { indexByName, renameByName } = transformations[1]?.options ?? emptyOrganized;
  const by = Object.keys(indexByName).find((name) => indexByName[name] === 0) ?? "";
  const keys = answers.flatMap(({ series }) => series.map(({ labels }) => labels[by] ?? ""));
  const rows = [...new Set(keys)].sort();
  const columns = answers.map((answer, index) => {
    const title = renameByName[valueName(answers, index)] ?? "";
    return { title, answer, properties: propertiesOf(panel, title) };
  });
  const first = box.w * 0.16;
  const width = (box.w - first - 24) / columns.length;
  const at = (column: number) => box.x + 12 + first + column * width;
  const header = [by, ...columns.map(({ title }) => title)].map((title, index) =>
    text(index === 0 ? box.x + 12 : at(index - 1), box.y + 14, title, {
      size: 12,
      colour: "#6e9fff",
      weight: 500,
    }),
  );
  const body = rows.flatMap((key, row) => {
    const y = box.y + 40 + row * 26;
    const line = rect({ x: box.x + 8, y: y - 18, w: box.w - 16, h: 1 }, theme.border);
    const cells = columns.map(({ answer, properties }, index) => {
      const found = answer.series.find(({ labels }) => labels[by] === key);
      const value = found ? newest(found) : Number.NaN;
      const { unit, decimals, thresholds } = properties;
      const shade = thresholds ? thresholdColour(thresholds, value) : theme.text;
      const said = written(value, unit as string, decimals as number | undefined);
      return text(at(index), y, said, { size: 13, colour: shade });
    });
    return [line, text(box.x + 12, y, cut(key, first - 8, 13), { size: 13 }), ...cells];
  });
  return [...header, ...body].join("");
}

interface Organized {
  indexByName: Record<string, number>;
  renameByName: Record<string, string>;
}

const emptyOrganized: Organized = { indexByName: {}, renameByName: {} };

function propertiesOf(panel: BuiltPanel, title: string): Record<string, unknown> {
  const own = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === title);
  return Object.fromEntries(own?.properties.map(({ id, value }) => [id, value]) ?? []);
}
