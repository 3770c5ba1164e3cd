import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queryMetrics, type Sample } from "../../../cli/verify/sink-queries.ts";
import { hostProgram } from "../../../lab/host-programs.ts";
import { freePort } from "../../../lab/ports.ts";
import { endProcess } from "../../../lab/processes.ts";
import { type Installed, install, ready, start, startAlloy } from "./alloy.ts";
import { facts } from "./facts.ts";

/** Alloy with pipelines of the repository, that send to a Prometheus. */
export interface Agent {
  ask(query: string): Promise<Sample[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs both as processes of this machine. */
export async function runAgent(wanted: Pick<Installed, "pipelines" | "instead">): Promise<Agent> {
  const work = await mkdtemp(join(tmpdir(), "agent-"));
  const prometheus = await startPrometheus(work);
  const metrics = { url: `${prometheus.url}/api/v1/write`, username: "1" };
  await install({ work, ...wanted, facts: { ...facts, sinks: { ...facts.sinks, metrics } } });
  const alloy = await startAlloy(work);
  return {
    ask: (query) => queryMetrics({ queryUrl: prometheus.url, username: "", password: "" }, query),
    async [Symbol.asyncDispose]() {
      for (const { pid } of [alloy, prometheus]) await endProcess(pid, 10);
      await rm(work, { recursive: true });
    },
  };
}

async function startPrometheus(work: string) {
  const command = (await hostProgram("promtool")).replace(/promtool$/, "prometheus");
  const config = join(work, "prometheus.yml");
  await writeFile(config, "");
  const port = await freePort(29_090);
  const { pid } = start(command, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(work, "prometheus")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--web.enable-remote-write-receiver",
  ]);
  const url = `http://127.0.0.1:${port}`;
  await ready(url);
  return { pid: pid as number, url };
}
