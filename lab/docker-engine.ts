import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import Docker from "dockerode";
import { privateEngine } from "./docker-engine/daemon.ts";
import { canPullImages, isRootShared } from "./docker-engine/probe.ts";
import { labDir } from "./paths.ts";
import { say, step } from "./progress.ts";

export interface Engine {
  /** The engine's address, always a socket of this machine: `unix:///…`. */
  host: string;
  /** Started by the lab under `.lab/`, and ended by `make down`. */
  private: boolean;
  /** Docker Hub answers; where it doesn't, the lab builds its images. */
  canPull: boolean;
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** A client of the engine at `host`. */
export function dockerClient(host: string): Docker {
  return new Docker({ socketPath: socketOf(host) });
}

/** The Docker engine of the lab: one that answers, else a private one under `.lab/`. */
export async function dockerEngine(): Promise<Engine> {
  await mkdir(labDir, { recursive: true, mode: 0o755 });
  const running = await answeringEngine();
  const host = running ?? (await step("starting a private Docker engine", privateEngine.start));
  const docker = dockerClient(host);
  const own = host === privateEngine.host;
  if (!own && !(await isRootShared())) say(SHARED_ROOT_ADVICE);
  return { host, private: own, canPull: await canPullImages(docker) };
}

/** Ends the engine that the lab started, if it did, and removes its files. */
export async function stopDockerEngine(): Promise<void> {
  await privateEngine.stop();
}

/** What to do on a host whose `/` is a private mount: the agent sees the host's disks through one with rslave. */
const SHARED_ROOT_ADVICE =
  "The Docker engine can't mount / with rslave, because / is not a shared mount here. " +
  "Run `mount --make-rshared /` as root (systemd does so at boot) and start again.";

/** DOCKER_HOST is a wish; then the lab's own engine, so that two commands use one; then the usual socket. */
async function answeringEngine(): Promise<string | undefined> {
  const wish = process.env.DOCKER_HOST;
  if (wish) {
    if (await answers(wish)) return wish;
    throw new Error(
      `DOCKER_HOST is ${wish}, where no engine answers. Start it, or unset DOCKER_HOST.`,
    );
  }
  if (await privateEngine.isRunning()) return privateEngine.host;
  return (await answers(DEFAULT_HOST)) ? DEFAULT_HOST : undefined;
}

/** The engine that is not the lab's own, where there is one: what DOCKER_HOST names, or the machine's. */
export async function foreignEngine(): Promise<string | undefined> {
  return process.env.DOCKER_HOST || ((await answers(DEFAULT_HOST)) ? DEFAULT_HOST : undefined);
}

async function answers(host: string): Promise<boolean> {
  if (!existsSync(socketOf(host))) return false;
  return dockerClient(host)
    .ping()
    .then(
      () => true,
      (error: Error) => {
        say(`no Docker engine at ${host}: ${error.message}`);
        return false;
      },
    );
}

/** The lab reads this machine's disks and journal, so its engine has to be on this machine. */
function socketOf(host: string): string {
  if (host.startsWith("unix://")) return host.slice("unix://".length);
  throw new Error(
    `DOCKER_HOST is ${host}; the lab needs an engine on this machine, at a unix:// socket. Unset DOCKER_HOST or change it.`,
  );
}
