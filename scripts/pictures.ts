import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import { repoDir } from "../../lab/paths.ts";
import { type Collected, collect } from "./collect.ts";
import { draw } from "./draw.ts";

const usage = `usage: npm run pictures -- [--minutes N] [--host NAME] [--save FILE | --from FILE]

Draws docs/pictures/*.svg from the dashboards' definitions and what their queries answer in the running lab
(make up): of the last N minutes (15), of the host NAME (local). --save keeps the answers, --from draws kept ones.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "15" },
    host: { type: "string", default: "local" },
    save: { type: "string" },
    from: { type: "string" },
    help: { type: "boolean" },
  },
});

/** Asks the running lab; what it lacks, it starts. */
async function ask(host: string, minutes: number): Promise<Collected> {
  const { startLab } = await import("../../lab/lab.ts");
  const lab = await startLab();
  try {
    return await collect(lab.world, { host, minutes });
  } finally {
    await lab.close();
  }
}

async function main(): Promise<void> {
  const collected: Collected = values.from
    ? JSON.parse(await readFile(values.from, "utf8"))
    : await ask(values.host, Number(values.minutes));
  if (values.save) await writeFile(values.save, JSON.stringify(collected));
  const directory = join(repoDir, "docs", "pictures");
  await mkdir(directory, { recursive: true });
  for (const [name, dashboard] of Object.entries(allDashboards())) {
    const file = join(directory, `${name}.svg`);
    await writeFile(file, draw(name, dashboard, collected));
    process.stdout.write(`docs/pictures/${name}.svg\n`);
  }
}

if (values.help || !(Number(values.minutes) > 0)) {
  process.stderr.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  await main();
}
