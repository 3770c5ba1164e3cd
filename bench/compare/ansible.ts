import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { needCommand } from "../../lab/apt.ts";
import { cacheDir } from "../../lab/paths.ts";
import { step } from "../../lab/progress.ts";
import { run } from "./command.ts";
import { flatConfig } from "./flat-config.ts";
import { playbook } from "./playbook.ts";
import type { Desired, Service } from "./service.ts";
import type { Tool } from "./tool.ts";
import { yaml11 } from "./yaml11.ts";

/** From PyPI: it ships `community.docker`, which talks to the engine with `requests`. */
const PACKAGES = ["ansible==12.3.0", "requests==2.32.5"];
const home = join(cacheDir, "ansible-12.3.0");

/** Directory of Ansible's commands, installed into an environment of its own where it is missing. */
export async function needAnsible(): Promise<string> {
  if (!existsSync(home)) await step("installing Ansible from PyPI, 550 MB", install);
  return join(home, "bin");
}

async function install(): Promise<void> {
  const why = "the benchmark's comparison";
  const packages = ["python3", "python3-venv"];
  const python = await needCommand("python3", { packages, services: [], why });
  // Under its final name from the start, since its scripts hold it; it counts once the marker is there.
  const unfinished = `${home}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await execa(python, ["-m", "venv", unfinished]);
  await execa(join(unfinished, "bin", "python"), ["-m", "pip", "install", "-q", ...PACKAGES]);
  await rename(unfinished, home);
}

/** Ansible with `community.docker` on this machine. */
export async function ansible(
  serviceFor: (desired: Desired) => Service,
  options: { sources: string; dockerHost: string },
): Promise<Tool> {
  const { sources } = options;
  const bin = await needAnsible();
  const env = {
    DOCKER_HOST: options.dockerHost,
    ANSIBLE_HOME: join(sources, "home"),
    ANSIBLE_LOCALHOST_WARNING: "false",
    ANSIBLE_NOCOLOR: "true",
  };
  const python = join(bin, "python");
  const play = async (...args: string[]) => {
    const local = ["-i", "localhost,", "-c", "local", "-e", `ansible_python_interpreter=${python}`];
    // The scripts of a renamed environment hold its old path: the interpreter runs them.
    const command = [join(bin, "ansible-playbook"), ...local, "-e", "@secrets.yaml"];
    await run(python, [...command, ...args, "playbook.yaml"], { directory: sources, env });
  };
  return {
    name: "Ansible",
    async write(desired) {
      const service = serviceFor(desired);
      await mkdir(join(sources, "files"), { recursive: true });
      for (const [name, text] of Object.entries(flatConfig(desired.bundle))) {
        await writeFile(join(sources, "files", name), text);
      }
      await writeFile(join(sources, "playbook.yaml"), yaml11(playbook(service)));
      const secrets = yaml11({ secrets: service.secrets });
      await writeFile(join(sources, "secrets.yaml"), secrets, { mode: 0o600 });
    },
    apply: () => play(),
    preview: () => play("--check", "--diff"),
    async remove() {
      const docker = async (...args: string[]) =>
        void (await run("docker", args, { directory: sources, env }));
      await docker("rm", "-f", "alloy", "alloy-docker-proxy", "alloy-init");
      await docker("network", "rm", "alloy-frontend", "alloy-backend");
    },
  };
}
