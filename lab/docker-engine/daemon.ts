import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { hostProgram } from "../host-programs.ts";
import { labDir } from "../paths.ts";
import {
  commandLine,
  endFromPidFile,
  endProcess,
  logTail,
  pidFrom,
  processesOf,
  startDetached,
  until,
} from "../processes.ts";
import { BRIDGE, makeBridge, removeBridge, removeStaleBridges } from "./bridge.ts";
import { rememberFirewall, restoreFirewall } from "./firewall.ts";

const dir = join(labDir, "docker");
const socket = join(labDir, "docker.sock");
const pidFile = join(dir, "dockerd.pid");
/** The one that dockerd writes itself. */
const dockerdsPidFile = join(dir, "docker.pid");
const logFile = join(dir, "dockerd.log");
const firewallFile = join(dir, "firewall.json");
const execRoot = join(dir, "exec");
const containerdDir = join(execRoot, "containerd");

/** Subnets of networks that name none; Docker's own choice could be the service's pinned one. */
const ADDRESS_POOL = "base=172.30.208.0/20,size=26";

/** A new data root on a slow disk took 4 s; a machine that builds Alloy at the same time 15 s. */
const START_SECONDS = 90;
/** dockerd waits 15 s for containers; with 45 of them, their networks and its containerd take as long again. */
const STOP_SECONDS = 60;
/** A socket's path has at most 107 characters, and containerd adds 35 to the engine's directory. */
const MAX_DIR = 107 - 35;

const docker = () => new Docker({ socketPath: socket });

/** The Docker engine that the lab starts under `.lab/docker` where none answers. */
export const privateEngine = {
  host: `unix://${socket}`,
  isRunning: async () => (await pidFrom(pidFile, execRoot)) !== undefined,
  start,
  stop,
  restart,
};

async function start(): Promise<string> {
  if (execRoot.length > MAX_DIR) {
    throw new Error(
      `${labDir} is too long for Docker's sockets: clone to a path ${execRoot.length - MAX_DIR} characters shorter.`,
    );
  }
  await refuseSecondEngine();
  await endLeftovers();
  await mkdir(dir, { recursive: true, mode: 0o711 });
  await rm(logFile, { force: true });
  await rememberFirewall(firewallFile);
  await makeBridge();
  await removeStaleBridges();
  await launch();
  return privateEngine.host;
}

async function launch(): Promise<void> {
  const dockerd = await hostProgram("dockerd");
  const pid = await startDetached("unshare", inOwnMountNamespace(dockerd), { logFile, pidFile });
  await answersOrFails(pid);
}

/** How dockerd ends: in an orderly way, alone, or together with the containers' processes. */
type End = "stopped" | "killed" | "killed with its containers, as in a power cut";

/** Ends dockerd and starts it again over what it has kept, as the host's init does. */
async function restart(end: End): Promise<void> {
  const pid = await pidFrom(pidFile, execRoot);
  if (pid === undefined) throw new Error("The lab's own Docker engine does not run.");
  const containers = end.startsWith("killed with") ? await containerProcesses() : [];
  const signal = end === "stopped" ? "SIGTERM" : "SIGKILL";
  for (const one of [pid, ...containers]) process.kill(one, signal);
  const ended = async () =>
    (await pidFrom(pidFile, execRoot)) === undefined &&
    (await processesOf("containerd", join(containerdDir, "containerd.toml"))).length === 0;
  if (!(await until(ended, STOP_SECONDS))) throw new Error(`dockerd outlived ${signal}.`);
  // Their numbers may be others' by now, or a zombie's, and dockerd would take those for its like.
  for (const file of [dockerdsPidFile, join(containerdDir, "containerd.pid")])
    await rm(file, { force: true });
  await launch();
}

/** Ends dockerd with its containers and removes its files, but for images cached elsewhere. */
async function stop(): Promise<void> {
  if (await privateEngine.isRunning()) await removeContainersAndNetworks();
  await endFromPidFile(pidFile, execRoot, STOP_SECONDS);
  await endLeftovers();
  await restoreFirewall(firewallFile, BRIDGE);
  await removeBridge();
  await rm(socket, { force: true });
  await rm(dir, { recursive: true, force: true });
}

async function containerProcesses(): Promise<number[]> {
  const running = await docker().listContainers();
  const found = running.map(({ Id }) => docker().getContainer(Id).inspect());
  return (await Promise.all(found)).map(({ State }) => State.Pid);
}

/**
 * `rslave` mounts need a shared `/`, which a machine without systemd doesn't have: dockerd gets its own
 * mounts, that still follow the machine's, and makes its `/` shared.
 */
function inOwnMountNamespace(dockerd: string): string[] {
  const script = 'mount --make-rshared / && exec "$0" "$@"';
  const wrapped = ["--mount", "--propagation", "slave", "sh", "-c", script, dockerd];
  const paths = ["--data-root", join(dir, "data"), "--exec-root", execRoot];
  return [
    ...wrapped,
    ...paths,
    ...["--pidfile", dockerdsPidFile, "--host", privateEngine.host],
    ...["--bridge", BRIDGE, "--default-address-pool", ADDRESS_POOL],
  ];
}

/** A second dockerd empties the firewall chains of the first, and its published ports and isolation go. */
async function refuseSecondEngine(): Promise<void> {
  const [other] = await processesOf("dockerd");
  if (other === undefined) return;
  throw new Error(
    `Another Docker engine runs on this machine (process ${other}: ${await commandLine(other)}), and two disturb each other. ` +
      "Use it (DOCKER_HOST=unix://…), or stop it; if it is another clone's lab, run `make down` there.",
  );
}

async function answersOrFails(pid: number): Promise<void> {
  const answers = async () => {
    if (!(await pidFrom(pidFile, ""))) throw new Error(`dockerd ended: ${await logTail(logFile)}`);
    return docker()
      .ping()
      .then(
        () => true,
        () => false,
      );
  };
  if (!(await until(answers, START_SECONDS))) {
    await endProcess(pid, STOP_SECONDS);
    throw new Error(`dockerd did not answer in ${START_SECONDS} s: ${await logTail(logFile)}`);
  }
}

/**
 * Containers first, which saves dockerd its 10 s of waiting for each that ignores SIGTERM; networks, because
 * their bridges and firewall rules outlive dockerd.
 */
async function removeContainersAndNetworks(): Promise<void> {
  const containers = await docker().listContainers({ all: true });
  await Promise.all(
    containers.map(({ Id }) => docker().getContainer(Id).remove({ force: true, v: true })),
  );
  const networks = await docker().listNetworks({ filters: { type: ["custom"] } });
  for (const { Id } of networks) await docker().getNetwork(Id).remove();
}

/** A dockerd that was killed leaves containerd and shims behind; all name the exec root. */
async function endLeftovers(): Promise<void> {
  const socket = join(execRoot, "containerd", "containerd.sock");
  const config = join(execRoot, "containerd", "containerd.toml");
  for (const argument of [config, socket]) {
    for (const pid of await processesOf("containerd", argument)) await endProcess(pid, 5);
  }
}
