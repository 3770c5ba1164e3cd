import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { freePort } from "../../../lab/ports.ts";
import { until } from "../../../lab/processes.ts";
import { program } from "../../../lab/programs.ts";
import { alloyBundle, type HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import type { PipelineName } from "../../../telemetry/names.ts";
import { speedUp } from "../../e2e/support/fast-pipelines.ts";

export interface Installed {
  /** Where versions, secrets and state are kept. */
  work: string;
  pipelines: PipelineName[];
  facts: HostFacts;
  /** What stands for something of a host in the pipelines' text: `/host/proc` for instance. */
  instead: Record<string, string>;
}

/** Makes a version of pipelines of the repository the current one, as on a host. Scrapes come every second. */
export async function install({ work, pipelines, facts, instead }: Installed): Promise<void> {
  const secrets = join(work, "secrets");
  await mkdir(secrets, { recursive: true });
  for (const name of ["metrics-password", "logs-password"])
    await writeFile(join(secrets, name), "");
  const bundle = alloyBundle(pipelineFiles(pipelineDirectory, pipelines), facts);
  const directory = join(work, "versions", bundle.version);
  await mkdir(directory, { recursive: true });
  const places = Object.entries({
    "/etc/alloy/versions": join(work, "versions"),
    "/etc/alloy-secrets": secrets,
    ...instead,
  });
  for (const [name, text] of Object.entries(bundle.files)) {
    const here = places.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    await writeFile(join(directory, name), here);
  }
  await speedUp(directory, 1);
  const current = join(work, "current");
  await rm(current, { force: true });
  await symlink(directory, current);
}

/** Runs the real Alloy over the current version as a process of this machine. */
export async function startAlloy(work: string) {
  const port = await freePort(22_345);
  const url = `http://127.0.0.1:${port}`;
  const { pid } = start(await program("alloy"), [
    "run",
    `--storage.path=${join(work, "alloy")}`,
    `--server.http.listen-addr=127.0.0.1:${port}`,
    "--disable-reporting",
    `${join(work, "current")}/`,
  ]);
  await ready(url);
  return { pid: pid as number, url };
}

export function start(command: string, args: string[]) {
  const started = execa(command, args, { all: true, reject: false });
  if (process.env.SHOW) started.all.pipe(process.stderr);
  return started;
}

export async function ready(url: string): Promise<void> {
  const answers = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(answers, 60))) throw new Error(`${url} is not ready within 60 s`);
}
