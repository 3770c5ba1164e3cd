import type { Fault } from "../../config/faults.ts";
import type { SshConnection } from "../../config/schema.ts";
import type { ScriptEnd } from "../../host-shell/run.ts";
import { type Check, checked, setTo } from "./check.ts";
import { BEGIN } from "./script.ts";
import { sshConfigFault } from "./ssh-config.ts";

/** Exit code of `ssh` itself, unlike that of what it ran. */
const SSH_FAILED = 255;

/** What is looked at when SSH fails. */
export interface Surroundings {
  /** The public keys of the server. */
  keys(): Promise<string[]>;
  /** What `ssh -G` prints of the address. */
  config(): Promise<string>;
  /** Whether this machine names an SSH agent. */
  agent: boolean;
}

/** Whether SSH let the checks in. */
export async function sshCheck(
  end: ScriptEnd,
  connection: SshConnection,
  stack: string,
  around: Surroundings,
): Promise<Check> {
  const at = `${connection.user}@${connection.address}:${connection.port}`;
  const failed = end.code !== undefined || end.exitCode === SSH_FAILED;
  if (failed) {
    return checked("ssh", "not reached", await faultOf(end, { connection, stack }, around));
  }
  if (!end.timedOut && !end.stdout.includes(BEGIN)) {
    return checked("ssh", "no shell", shellFault(end, { connection, stack }));
  }
  return checked("ssh", at);
}

interface About {
  connection: SshConnection;
  stack: string;
}

async function faultOf(end: ScriptEnd, about: About, around: Surroundings): Promise<Fault> {
  if (isKeyRefusal(end.stderr)) return hostKeyFault(await around.keys(), about);
  if (/permission denied|too many authentication failures/i.test(end.stderr)) {
    return loginFault(end.stderr, about, around.agent);
  }
  const unreached = !end.code && !/bad configuration option/i.test(end.stderr);
  const elsewhere =
    unreached && sshConfigFault(await around.config(), about.connection, about.stack);
  return elsewhere || sshFault(end, about);
}

/** Keys come from the agent alone; a server hangs up after six of them. */
function loginFault(said: string, { connection }: About, agent: boolean): Fault {
  const { user, address, port } = connection;
  const path = "host.connection.user";
  if (!agent) {
    const reason = `${user} can't log in to ${address} without an SSH agent: SSH_AUTH_SOCK is not set, and key files are not read`;
    return { path, reason, fix: 'eval "$(ssh-agent)" && ssh-add ~/.ssh/KEY' };
  }
  const reason = `${user} is refused by ${address} with every key of the ssh-agent`;
  const fix = /too many authentication failures/i.test(said)
    ? "let the agent hold only this host's key: ssh-add -D && ssh-add ~/.ssh/KEY"
    : `ssh-add -l shows them, ssh-add ~/.ssh/KEY adds one; then ssh-copy-id -p ${port} ${user}@${address}`;
  return { path, reason, fix };
}

function isKeyRefusal(stderr: string): boolean {
  return /host key verification failed|no \S+ host key is known|host identification has changed/i.test(
    stderr,
  );
}

/** Names the server's key of the pinned one's type, if it has one. */
function hostKeyFault(keys: string[], { connection, stack }: About): Fault {
  const [type] = connection.hostKey.split(" ");
  const key = keys.find((each) => each.startsWith(`${type} `)) ?? keys[0];
  const found = key ?? "none, ssh-keyscan finds no Ed25519 or ECDSA key";
  const fix = key
    ? `compare on the host's own console (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ${setTo(stack, "host.connection.hostKey", key)}`
    : `ssh-keyscan -p ${connection.port} ${connection.address}`;
  return {
    path: "host.connection.hostKey",
    reason:
      `is not the key that ${connection.address} presents, which is: ${found}. ` +
      "Unless the host was reinstalled, somebody may be intercepting the connection",
    fix,
  };
}

/** A forced command or a login shell like nologin answered in place of the script; most on standard output. */
function shellFault({ stdout, stderr, exitCode }: ScriptEnd, { connection, stack }: About): Fault {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim());
  const said =
    lines.slice(-3).join(" ").slice(0, 300) || `nothing, exit code ${exitCode ?? "none"}`;
  // What cloud images say to root: Please login as the user "azureuser" rather than the user "root".
  const [, user = "USER"] = /log ?in as the user "([\w.-]+)"/i.exec(said) ?? [];
  return {
    path: "host.connection.user",
    reason: `${connection.user} gets no shell on ${connection.address}, which answered: ${said}`,
    fix: `${setTo(stack, "host.connection.user", user)} (one that may use Docker: group docker)`,
  };
}

/** Endings of `ssh`, by what it prints, as one sentence each. */
function sshFault(end: ScriptEnd, about: About): Fault {
  const { address, port, user } = about.connection;
  const fault = (field: string, reason: string, fix: string): Fault => ({
    path: `host.connection.${field}`,
    reason,
    fix,
  });
  const set = (field: string, value: string) =>
    setTo(about.stack, `host.connection.${field}`, value);
  const said = end.stderr;
  if (end.code === "ENOENT") {
    return {
      path: "ssh",
      reason: "is not on PATH",
      fix: "install OpenSSH's client on this machine",
    };
  }
  if (/bad configuration option: knownhostscommand/i.test(said)) {
    const reason = "is older than OpenSSH 8.5 on this machine and can't be given the host's key";
    return { path: "ssh", reason, fix: "update OpenSSH's client on this machine" };
  }
  if (/could not resolve hostname/i.test(said)) {
    return fault(
      "address",
      `names ${address}, which no name server resolves`,
      set("address", "NAME"),
    );
  }
  if (/connection refused/i.test(said)) {
    const reason = `is ${port}, where nothing listens on ${address}: connection refused`;
    return fault(
      "port",
      reason,
      `on the host, see where sshd listens: ss -ltn; then ${set("port", "PORT")}`,
    );
  }
  if (
    /timed out|timeout, server|no route to host|network is unreachable/i.test(said) ||
    end.timedOut
  ) {
    const reason = `names ${address}, which does not answer on port ${port}`;
    return fault(
      "address",
      reason,
      `check that the host is up and that this network has a route to it: ping ${address}`,
    );
  }
  const last = said.trim().split("\n").at(-1) || "nothing";
  const reason = `${user}@${address}:${port} can't be reached; ssh said: ${last}`;
  return fault("address", reason, `ssh -v -p ${port} ${user}@${address}`);
}
