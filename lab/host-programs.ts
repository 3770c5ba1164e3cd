import { type HostPackages, needCommand, needCommands } from "./apt.ts";
import { findCommand } from "./processes.ts";

/** Programs of this machine that the lab and the tests use, by command, with the Debian packages that bring them. */
const HOST_PROGRAMS = {
  ip: { packages: ["iproute2"], why: "networks of its own" },
  dockerd: {
    packages: ["docker.io"],
    services: ["docker.service", "docker.socket", "containerd.service"],
    why: "a private Docker engine",
  },
  iptables: { packages: ["iptables"], why: "a private Docker engine" },
  docker: { packages: ["docker-cli"], why: "a host reached over SSH" },
  "ssh-keygen": { packages: ["openssh-client"], why: "a host reached over SSH" },
  sshd: {
    packages: ["openssh-server"],
    services: ["ssh.service"],
    why: "a host reached over SSH",
  },
  "/lib/systemd/systemd-journald": { packages: ["systemd"], why: "reading a journal" },
  "/lib/systemd/systemd-journal-remote": {
    packages: ["systemd-journal-remote"],
    services: ["systemd-journal-remote.socket", "systemd-journal-upload.service"],
    why: "a journal with old entries",
  },
  "docker-registry": {
    packages: ["docker-registry"],
    services: ["docker-registry.service"],
    why: "a simulated Docker Hub",
  },
  promtool: {
    packages: ["prometheus"],
    services: ["prometheus.service", "prometheus-node-exporter.service"],
    why: "the harness of Prometheus' rules",
  },
  chromium: { packages: ["chromium"], why: "looking at the page with the dashboards" },
  shellcheck: { packages: ["shellcheck"], why: "checking shell scripts" },
} satisfies Record<string, HostPackages>;

/** The path of a program, which is installed where this machine lacks it. */
export function hostProgram(command: keyof typeof HOST_PROGRAMS): Promise<string> {
  return needCommand(command, HOST_PROGRAMS[command]);
}

/** Names of the browser, of which one may be there already: Ubuntu's package of it is none. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** The path of a Chromium, which is installed where this machine has none. */
export async function browser(): Promise<string> {
  return BROWSERS.map(findCommand).find(Boolean) ?? hostProgram("chromium");
}

/** Installs what this machine lacks, for labs in namespaces: these reach no package registry. */
export async function allHostPrograms(): Promise<void> {
  // The engine's package brings the client on some releases, and on others a package of its own does.
  const { docker, chromium: _, ...others } = HOST_PROGRAMS;
  await needCommands(others);
  await browser();
  await needCommands({ docker });
}
