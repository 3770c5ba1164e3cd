import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allDashboards } from "../grafana/dashboards/index.ts";
import { screenshot } from "../lab/live/browser.ts";
import { serveDashboards } from "../lab/live/server.ts";
import { repoDir } from "../lab/paths.ts";
import { type Collected, collect, type View } from "../lab/pictures/collect.ts";
import { draw } from "../lab/pictures/draw.ts";

const usage = `usage: npm run pictures -- [--minutes N] [--host NAME] [--save FILE | --from FILE]

Draws docs/pictures/*.svg, and live.png of the lab's page, from the dashboards' definitions and what their queries answer in the running lab
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

const directory = join(repoDir, "docs", "pictures");

/** Asks the running lab; what it lacks, it starts. Looks at its page, too. */
async function ask(view: View): Promise<Collected> {
  const { startLab } = await import("../lab/lab.ts");
  const lab = await startLab();
  const server = await serveDashboards(lab.world, 0);
  try {
    const { port } = server.address() as AddressInfo;
    const page = `http://127.0.0.1:${port}/host?host=${view.host}&minutes=${view.minutes}`;
    await screenshot(page, join(directory, "live.png"), "1440,900");
    return await collect(lab.world, view);
  } finally {
    server.close();
    await lab.close();
  }
}

async function main(): Promise<void> {
  const collected: Collected = values.from
    ? JSON.parse(await readFile(values.from, "utf8"))
    : await ask({ host: values.host, minutes: Number(values.minutes) });
  if (values.save) await writeFile(values.save, JSON.stringify(collected));
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
