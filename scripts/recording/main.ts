import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { record } from "./record.ts";
import { terminalSvg } from "./terminal-svg.ts";

const usage = `usage: npm run recording -- FILE COMMAND... [--columns N]

Runs the commands in a terminal of N columns (110) and writes what it showed to FILE as an SVG in which
the lines come up one after the other, long pauses cut short.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { columns: { type: "string", default: "110" }, help: { type: "boolean" } },
});
const [file, ...commands] = positionals;
const columns = Number(values.columns);

if (values.help || !file || commands.length === 0 || !(columns > 0)) {
  process.stderr.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  await writeFile(file, terminalSvg(await record(commands, columns), columns));
}
