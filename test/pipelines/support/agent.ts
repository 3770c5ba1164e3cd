import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { queryMetrics, type Sample } from "../../../cli/verify/sink-queries.ts";
import { hostProgram } from "../../../lab/host-programs.ts";
import { freePort } from "../../../lab/ports.ts";
import { endProcess, until } from "../../../lab/processes.ts";
import { program } from "../../../lab/programs.ts";
import { alloyBundle, versionPath } from "../../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import type { PipelineName } from "../../../telemetry/names.ts";
import { speedUp } from "../../e2e/support/fast-pipelines.ts";
import { facts } from "./facts.ts";

/** Alloy with pipelines of the repository, that send to a Prometheus. */
export interface Agent {
  ask(query: string): Promise<Sample[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Wanted {
  pipelines: PipelineName[];
  /** What stands for something of a host in the pipelines' text: `/host/proc` for instance. */
  instead: Record<string, string>;
}

/** Runs both as processes of this machine. Scrapes come every second. */
export async function runAgent({ pipelines, instead }: Wanted): Promise<Agent> {
  const work = await mkdtemp(join(tmpdir(), "agent-"));
  const prometheus = await startPrometheus(work);
  const alloy = await startAlloy(work, pipelines, instead, `${prometheus.url}/api/v1/write`);
  return {
    ask: (query) => queryMetrics({ queryUrl: prometheus.url, username: "", password: "" }, query),
    async [Symbol.asyncDispose]() {
      for (const { pid } of [alloy, prometheus]) await endProcess(pid as number, 10);
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
  return { pid, url };
}

async function startAlloy(
  work: string,
  pipelines: PipelineName[],
  instead: Record<string, string>,
  url: string,
) {
  const [directory, secrets] = [join(work, "config"), join(work, "secrets")];
  for (const path of [directory, secrets]) await mkdir(path);
  for (const name of ["metrics-password", "logs-password"])
    await writeFile(join(secrets, name), "");
  const sinks = { ...facts.sinks, metrics: { url, username: "1" } };
  const bundle = alloyBundle(pipelineFiles(pipelineDirectory, pipelines), { ...facts, sinks });
  const places = Object.entries({
    [versionPath(bundle.version)]: directory,
    "/etc/alloy-secrets": secrets,
    ...instead,
  });
  for (const [name, text] of Object.entries(bundle.files)) {
    const here = places.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    await writeFile(join(directory, name), here);
  }
  await speedUp(directory, 1);
  const port = await freePort(22_345);
  const { pid } = start(await program("alloy"), [
    "run",
    `--storage.path=${join(work, "alloy")}`,
    `--server.http.listen-addr=127.0.0.1:${port}`,
    "--disable-reporting",
    `${directory}/`,
  ]);
  await ready(`http://127.0.0.1:${port}`);
  return { pid };
}

function start(command: string, args: string[]) {
  const started = execa(command, args, { all: true, reject: false });
  if (process.env.SHOW) started.all.pipe(process.stderr);
  return started;
}

async function ready(url: string): Promise<void> {
  const answers = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(answers, 60))) throw new Error(`${url} is not ready within 60 s`);
}
