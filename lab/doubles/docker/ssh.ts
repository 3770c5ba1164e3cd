import { Agent } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecaError, execa } from "execa";

/** Where an `ssh://` host is, and the options for the `ssh` command. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: string;
  options: readonly string[];
}

/** The command line of docker/cli's connhelper: sshd, its configuration and host keys are the real ones. */
function sshCommand({ host, user, port, options }: SshTarget): string[] {
  return [
    ...options,
    ...(user ? ["-l", user] : []),
    ...(port ? ["-p", port] : []),
    ...["--", host, "docker", "system", "dial-stdio"],
  ];
}

/** An `http.Agent` each of whose connections is one `ssh … docker system dial-stdio`. */
export function sshAgent(target: SshTarget): Agent {
  // Kept for 10 s: sshd's MaxStartups throttles one login per request.
  const agent = new Agent({ keepAlive: true, timeout: 10_000 });
  const connect = () => {
    const ssh = execa("ssh", sshCommand(target), { buffer: { stdout: false } });
    // Its end is told by the stream.
    ssh.catch(() => undefined);
    return asSocket(ssh.duplex());
  };
  // `createConnection` may return any Duplex; the types of Node insist on a socket.
  return Object.assign(agent, { createConnection: connect });
}

/** A stream with what `http` asks of a socket; the time limit is for connections that are idle. */
function asSocket(stream: Duplex): Duplex {
  let timer: NodeJS.Timeout | undefined;
  const same = () => stream;
  const setIdle = (milliseconds: number) => {
    clearTimeout(timer);
    if (milliseconds > 0) timer = setTimeout(() => stream.emit("timeout"), milliseconds);
    return stream;
  };
  stream.once("close", () => clearTimeout(timer));
  const socket = { setNoDelay: same, setKeepAlive: same, ref: same, unref: same };
  return Object.assign(stream, socket, { setTimeout: setIdle });
}

/** Why `ssh` ended, in the words of Docker's client. */
export function sshError({ command, exitCode, stderr }: ExecaError): string {
  return (
    `command [${command}] has exited with exit status ${exitCode}, make sure the URL is valid, ` +
    `and Docker 18.09 or later is installed on the remote host: stderr=${`${stderr}`.trim()}`
  );
}
