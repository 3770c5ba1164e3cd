import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Engine } from "./docker-engine.ts";
import { hostProgram } from "./host-programs.ts";
import { labDir } from "./paths.ts";
import { freePort } from "./ports.ts";
import { endFromPidFile, logTail, pidFrom, serverPath, startDetached, until } from "./processes.ts";
import { startAgent, stopAgent } from "./ssh-agent.ts";
import { authorizedKey, DEBIAN_HOST_KEYS, type HostKeyType, sshdConfig } from "./sshd-config.ts";

export interface Sshd {
  host: string;
  port: number;
  user: string;
  privateKeyFile: string;
  /** The first of `hostKeys`: ECDSA, unless the host has none. */
  hostKey: string;
  /** `ssh-ed25519 AAAA…` by type, for a known-hosts entry. */
  hostKeys: Partial<Record<HostKeyType, string>>;
  /** Makes this the one line of authorized_keys. Default: the client's key, which may do all. */
  authorize(line?: string): Promise<void>;
  /** Ends the server and its sessions by SIGKILL, and starts it again as it was. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Default: 19422, or another free one. */
  port?: number;
  /** Who logs in, with the lab's key alone. Default: who runs the lab. */
  user?: string;
  /** Variables that a client may send, as a pattern. Default: none, as most hosts have it. */
  acceptEnv?: string;
  /** Types of its host keys. Default: Debian's. */
  hostKeys?: readonly HostKeyType[];
  /** Whom a cloud image names in answer to root's login, which runs nothing else. */
  loginAs?: string;
}

const HOST = "127.0.0.1";
const PORT = 19422;

const dir = join(labDir, "ssh");
const file = (name: string) => join(dir, name);
const configFile = file("sshd_config");
const pidFile = file("sshd.pid");
const logFile = file("sshd.log");
const authorizedKeysFile = file("authorized_keys");
const hostKeyFile = (type: HostKeyType) => file(`host_${type}`);
const privateKeyFile = file("client_ed25519");

/** sshd's own directory, which its package's service makes at boot and a start by hand needs. */
const EMPTY_DIR = "/run/sshd";

/** A real sshd on loopback, whose sessions reach the lab's Docker engine as a remote host's would. */
export async function startSshd(
  engine: Pick<Engine, "host">,
  options: SshdOptions = {},
): Promise<Sshd> {
  await stopSshd();
  const sshd = await needPrograms();
  const user = options.user ?? userInfo().username;
  const port = options.port ?? (await freePort(PORT));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const types = options.hostKeys ?? DEBIAN_HOST_KEYS;
  await Promise.all([
    makeKey(privateKeyFile, "ed25519"),
    ...types.map((type) => makeKey(hostKeyFile(type), type)),
  ]);
  await startAgent(privateKeyFile);
  const clientKey = await readFile(`${privateKeyFile}.pub`, "utf8");
  const authorize = (line = authorizedKey(clientKey, options.loginAs)) =>
    writeFile(authorizedKeysFile, line);
  await authorize();
  await writeFile(
    configFile,
    sshdConfig({
      address: HOST,
      port,
      user,
      hostKeyFiles: types.map(hostKeyFile),
      authorizedKeysFile,
      dockerHost: engine.host,
      path: serverPath(),
      acceptEnv: options.acceptEnv,
    }),
  );
  await makeEmptyDir();
  await launch(sshd, port);
  const keys = await Promise.all(types.map((type) => publicKey(hostKeyFile(type))));
  const hostKeys = Object.fromEntries(types.map((type, i) => [type, keys[i]]));
  const [hostKey = ""] = keys;
  const kill = async () => {
    await killSessions();
    await launch(sshd, port);
  };
  return {
    host: HOST,
    port,
    user,
    privateKeyFile,
    hostKey,
    hostKeys,
    authorize,
    kill,
    stop: stopSshd,
  };
}

async function launch(sshd: string, port: number): Promise<void> {
  await startDetached(sshd, ["-D", "-e", "-f", configFile], { logFile, pidFile });
  if (!(await until(() => listens(port), 10))) {
    throw new Error(`sshd does not listen on ${HOST}:${port}: ${await logTail(logFile)}`);
  }
}

async function killSessions(): Promise<void> {
  const pid = await pidFrom(pidFile, configFile);
  if (pid === undefined) throw new Error("The lab's sshd does not run.");
  // Without a session there is none to end.
  await execa("pkill", ["-KILL", "--parent", `${pid}`], { reject: false });
  process.kill(pid, "SIGKILL");
  const ended = async () => (await pidFrom(pidFile, configFile)) === undefined;
  if (!(await until(ended, 5))) throw new Error("sshd outlived SIGKILL.");
}

/** Ends the lab's sshd, if it runs, and removes its keys. */
export async function stopSshd(): Promise<void> {
  await endFromPidFile(pidFile, configFile);
  await stopAgent();
  const made = existsSync(file("made-empty-dir")) ? [EMPTY_DIR] : [];
  // A test that ends while another stops the server finds some of it gone.
  await Promise.all([...made, dir].map((path) => rm(path, { recursive: true, force: true })));
}

async function needPrograms(): Promise<string> {
  await hostProgram("ssh-keygen");
  await hostProgram("docker");
  return hostProgram("sshd");
}

async function makeKey(path: string, type: HostKeyType): Promise<void> {
  await execa("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "grafana-alloy-lab", "-f", path]);
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
