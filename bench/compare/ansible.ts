import { existsSync } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { socketProxyRules } from "../../components/agent/socket-proxy-rules.ts";
import type { Settings } from "../../config/schema.ts";
import { needCommand } from "../../lab/apt.ts";
import type { Lab } from "../../lab/lab.ts";
import { cacheDir, labDir } from "../../lab/paths.ts";
import { step } from "../../lab/progress.ts";
import { docker, run } from "../run.ts";
import { flatConfig, tokenInEnvironment } from "./flat-config.ts";
import { type Tool, variablesOf, writeFiles } from "./tool.ts";

/** From PyPI: it ships `community.docker`, which talks to the engine with `requests`. */
const PACKAGES = ["ansible==12.3.0", "requests==2.32.5"];
const home = join(cacheDir, "ansible-12.3.0");

async function install(): Promise<void> {
  const why = "the benchmark's comparison";
  const packages = ["python3", "python3-venv"];
  const python = await needCommand("python3", { packages, services: [], why });
  // It counts once it has its final name.
  const unfinished = `${home}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await run(python, ["-m", "venv", unfinished]);
  await run(join(unfinished, "bin", "python"), ["-m", "pip", "install", "-q", ...PACKAGES]);
  await rename(unfinished, home);
}

/** Ansible with `community.docker` on this machine. */
export async function ansible(lab: Lab, settings: Settings, directory: string): Promise<Tool> {
  if (!existsSync(home)) await step("installing Ansible from PyPI, 550 MB", install);
  const python = join(home, "bin", "python");
  const sources = join(labDir, "bench", "ansible");
  const env = {
    DOCKER_HOST: lab.docker.host,
    ANSIBLE_HOME: join(sources, "home"),
    ANSIBLE_LOCALHOST_WARNING: "false",
    ANSIBLE_NOCOLOR: "true",
  };
  // The scripts of a renamed environment hold its old path: the interpreter runs them.
  const command = [join(home, "bin", "ansible-playbook"), "-i", "localhost,", "-c", "local"];
  const extra = ["-e", `ansible_python_interpreter=${python}`, "-e", "@variables.yaml"];
  const play = (...args: string[]) =>
    run(python, [...command, ...extra, ...args, "playbook.yaml"], { directory: sources, env });
  return {
    name: "Ansible",
    async write({ bundle, metricsPassword }) {
      await writeFiles(join(sources, "files"), flatConfig(bundle));
      await writeFiles(sources, { "haproxy.cfg": socketProxyRules });
      await copyFile(join(import.meta.dirname, "playbook.yaml"), join(sources, "playbook.yaml"));
      const variables = variablesOf(settings, directory, metricsPassword);
      // As Python reads it.
      const text = stringify(variables, { version: "1.1" });
      await writeFiles(sources, { "variables.yaml": text }, 0o600);
    },
    apply: () => play(),
    preview: () => play("--check", "--diff"),
    token: () => tokenInEnvironment(lab),
    async remove() {
      await docker(lab, "rm", "-f", "alloy", "alloy-docker-proxy", "alloy-init");
      await docker(lab, "network", "rm", "alloy-frontend", "alloy-backend");
    },
  };
}
