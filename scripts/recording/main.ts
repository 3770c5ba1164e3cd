import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { record } from "./record.ts";
import { terminalSvg } from "./terminal-svg.ts";

const usage = `usage: npm run recording -- FILE COMMAND... [--columns N] [--without EXPR]

Runs the commands in a terminal of N columns (110) and writes what it showed to FILE as an SVG in which
the lines come up one after the other, long pauses cut short. Lines that match EXPR are left out.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    columns: { type: "string", default: "110" },
    without: { type: "string" },
    help: { type: "boolean" },
  },
});
const [file, ...commands] = positionals;
const columns = Number(values.columns);

if (values.help || !file || commands.length === 0 || !(columns > 0)) {
  process.stderr.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const lines = await record(commands, columns);
  const without = values.without === undefined ? undefined : new RegExp(values.without);
  const shown = lines.filter(({ text }) => !without?.test(text));
  await writeFile(file, terminalSvg(shown, columns));
}
