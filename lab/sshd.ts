import { existsSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { needCommand } from "./apt.ts";
import type { Engine } from "./docker-engine.ts";
import { labDir } from "./paths.ts";
import { freePort } from "./ports.ts";
import { endFromPidFile, logTail, pidFrom, serverPath, startDetached, until } from "./processes.ts";

export interface Sshd {
  host: string;
  port: number;
  user: string;
  privateKeyFile: string;
  /** `ssh-ed25519 AAAA…`, for a known-hosts entry. */
  hostKey: string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Default: 19422, or another free one. */
  port?: number;
  /** Who logs in, with the lab's key alone. Default: who runs the lab. */
  user?: string;
  /** Variables that a client may send, as a pattern. Default: none, as most hosts have it. */
  acceptEnv?: string;
}

const HOST = "127.0.0.1";
const PORT = 19422;

const dir = join(labDir, "ssh");
const file = (name: string) => join(dir, name);
const configFile = file("sshd_config");
const pidFile = file("sshd.pid");
const logFile = file("sshd.log");
const hostKeyFile = file("host_ed25519");
const privateKeyFile = file("client_ed25519");

/** sshd's own directory, which its package's service makes at boot and a start by hand needs. */
const EMPTY_DIR = "/run/sshd";

/** A real sshd on loopback, whose sessions reach the lab's Docker engine as a remote host's would. */
export async function startSshd(engine: Engine, options: SshdOptions = {}): Promise<Sshd> {
  await stopSshd();
  const sshd = await needPrograms();
  const user = options.user ?? userInfo().username;
  const port = options.port ?? (await freePort(PORT));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await Promise.all([makeKey(hostKeyFile), makeKey(privateKeyFile)]);
  await writeFile(
    configFile,
    sshdConfig({
      port,
      user,
      dockerHost: engine.host,
      path: serverPath(),
      acceptEnv: options.acceptEnv,
    }),
  );
  await makeEmptyDir();
  await startDetached(sshd, ["-D", "-e", "-f", configFile], { logFile, pidFile });
  if (!(await until(() => listens(port), 10))) {
    throw new Error(`sshd does not listen on ${HOST}:${port}: ${await logTail(logFile)}`);
  }
  const hostKey = await publicKey(hostKeyFile);
  return { host: HOST, port, user, privateKeyFile, hostKey, stop: stopSshd };
}

/** Ends the lab's sshd, if it runs, and removes its keys. */
export async function stopSshd(): Promise<void> {
  await endFromPidFile(pidFile, configFile);
  if (existsSync(file("made-empty-dir"))) await rmdir(EMPTY_DIR);
  await rm(dir, { recursive: true, force: true });
}

/**
 * Key log-in alone: no passwords, no PAM, which in a container can't record the log-in. MaxStartups stays
 * as on a real host, where of 40 log-ins at once 13 are turned away: who deploys has to live with that.
 */
export function sshdConfig(of: {
  port: number;
  user: string;
  dockerHost: string;
  path: string;
  acceptEnv?: string;
}) {
  return `${[
    `Port ${of.port}`,
    `ListenAddress ${HOST}`,
    `HostKey ${hostKeyFile}`,
    "PidFile none",
    `AllowUsers ${of.user}`,
    `AuthorizedKeysFile ${privateKeyFile}.pub`,
    "AuthenticationMethods publickey",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "UsePAM no",
    // The key's directory may lie in one that the user's group can write to, as a clone's often does.
    "StrictModes no",
    "PrintMotd no",
    "LogLevel INFO",
    "Subsystem sftp internal-sftp",
    `SetEnv DOCKER_HOST=${of.dockerHost} PATH=${of.path}`,
    ...(of.acceptEnv ? [`AcceptEnv ${of.acceptEnv}`] : []),
  ].join("\n")}\n`;
}

async function needPrograms(): Promise<string> {
  const why = "a host reached over SSH";
  await needCommand("ssh-keygen", { packages: ["openssh-client"], services: [], why });
  await needCommand("docker", { packages: ["docker-cli"], services: [], why });
  const services = ["ssh.service"];
  return needCommand("sshd", { packages: ["openssh-server"], services, why });
}

async function makeKey(path: string): Promise<void> {
  await execa("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "grafana-alloy-lab",
    "-f",
    path,
  ]);
}

async function publicKey(path: string): Promise<string> {
  const [type, key] = (await readFile(`${path}.pub`, "utf8")).split(" ");
  return `${type} ${key}`;
}

async function makeEmptyDir(): Promise<void> {
  if (existsSync(EMPTY_DIR)) return;
  await mkdir(EMPTY_DIR, { mode: 0o755 });
  await writeFile(file("made-empty-dir"), EMPTY_DIR);
}

async function listens(port: number): Promise<boolean> {
  if (!(await pidFrom(pidFile, configFile))) {
    throw new Error(`sshd ended: ${await logTail(logFile)}`);
  }
  return new Promise((done) => {
    const socket = connect(port, HOST, () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.end());
  });
}
