import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { commandLine, exitCodes, runCommand, WrongUsage } from "../cli/shared/command-line.ts";
import { terminalOf } from "../cli/shared/terminal.ts";
import { allDashboards } from "../grafana/dashboards/index.ts";
import { screenshot } from "../lab/live/browser.ts";
import { serveDashboards } from "../lab/live/server.ts";
import { repoDir } from "../lab/paths.ts";
import { type Collected, collect, type View } from "../lab/pictures/collect.ts";
import { draw } from "../lab/pictures/draw.ts";

const line = commandLine({
  name: "pictures",
  help: {
    about:
      "Draws docs/pictures/*.svg, and live.png of the lab's page, from the dashboards' definitions and " +
      "what their queries answer in the running lab (make up).",
    examples: ["--minutes 10", "--save answers.json", "--from answers.json"],
    ends: { ok: "they are drawn", failed: "one could not be drawn" },
  },
  options: {
    minutes: {
      type: "string",
      default: "15",
      value: "N",
      help: "how much of the past they show; default 15",
    },
    host: { type: "string", default: "local", value: "NAME", help: "the host; default local" },
    save: { type: "string", value: "FILE", help: "keeps the answers there" },
    from: { type: "string", value: "FILE", help: "draws answers that were kept" },
  },
  read(values) {
    const minutes = Number(values.minutes);
    if (minutes > 0) return { ...values, minutes };
    throw new WrongUsage(`--minutes must be a number above 0, not ${values.minutes}`);
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

const { out, say } = terminalOf(process);
process.exitCode = await runCommand(line, process.argv.slice(2), { out, say }, async (wanted) => {
  const { host, minutes, from, save } = wanted;
  const collected: Collected = from
    ? JSON.parse(await readFile(from, "utf8"))
    : await ask({ host, minutes });
  if (save) await writeFile(save, JSON.stringify(collected));
  await mkdir(directory, { recursive: true });
  for (const [name, dashboard] of Object.entries(allDashboards())) {
    const file = join(directory, `${name}.svg`);
    await writeFile(file, draw(name, dashboard, collected));
    out(`docs/pictures/${name}.svg\n`);
  }
  return exitCodes.ok;
});
