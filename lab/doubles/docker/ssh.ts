import { type ChildProcess, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/** Where an `ssh://` host is, and the options for the `ssh` command. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: string;
  options: readonly string[];
}

/** The command line of docker/cli's connhelper: sshd, its configuration and host keys are the real ones. */
export function sshCommand(target: SshTarget): string[] {
  return [
    ...target.options,
    ...(target.user ? ["-l", target.user] : []),
    ...(target.port ? ["-p", target.port] : []),
    "--",
    target.host,
    "docker",
    "system",
    "dial-stdio",
  ];
}

/** An `http.Agent` each of whose connections is one `ssh … docker system dial-stdio`. */
export function sshAgent(target: SshTarget): Agent {
  // Kept for 10 s: sshd's MaxStartups throttles one login per request.
  const agent = new Agent({ keepAlive: true, timeout: 10_000 });
  const connect = () => new ChildSocket(sshCommand(target));
  // `createConnection` may return any Duplex; the types of Node insist on a socket.
  return Object.assign(agent, { createConnection: connect });
}

/** A child process's standard input and output, with what `http` asks of a socket. */
class ChildSocket extends Duplex {
  readonly #child: ChildProcess;
  readonly #args: string[];
  #stderr = "";
  #timer: NodeJS.Timeout | undefined;
  #milliseconds = 0;

  constructor(args: string[]) {
    super();
    this.#args = args;
    this.#child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (chunk) => {
      this.#alive();
      if (!this.push(chunk)) this.#child.stdout?.pause();
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    // `ssh` is ending, and says why.
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("error", (error) => this.destroy(error));
    this.#child.on("close", (code) => this.#ended(code));
  }

  #ended(code: number | null): void {
    if (!code) {
      this.push(null);
      return;
    }
    this.destroy(
      new Error(
        `command [ssh ${this.#args.join(" ")}] has exited with exit status ${code}, make sure the URL is valid, ` +
          `and Docker 18.09 or later is installed on the remote host: stderr=${this.#stderr.trim()}`,
      ),
    );
  }

  #alive(): void {
    clearTimeout(this.#timer);
    if (this.#milliseconds > 0) {
      this.#timer = setTimeout(() => this.emit("timeout"), this.#milliseconds);
    }
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.#alive();
    this.#child.stdin?.write(chunk, encoding, (error) => {
      if (!error) done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin?.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#child.kill();
    done(error);
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#milliseconds = milliseconds;
    if (callback && milliseconds > 0) this.once("timeout", callback);
    if (callback && milliseconds === 0) this.removeListener("timeout", callback);
    this.#alive();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
