import Docker from "dockerode";
import { ExecaError } from "execa";
import { type Bag, isBag } from "../engine/values.ts";
import { type SshTarget, sshAgent, sshError } from "./ssh.ts";

/** A host's Docker engine and the credentials for the registries it pulls from. */
export interface DockerClient {
  docker: Docker;
  registryAuth: Bag[];
}

/** Configuration that isn't a string arrives as JSON text. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function sshTarget(url: URL, options: unknown): SshTarget {
  const list = Array.isArray(options) ? options.map(String) : [];
  return { host: url.hostname, user: url.username, port: url.port, options: list };
}

interface Asked {
  method: string;
  path: string;
}

/** A client whose failed connections are told as Docker's Go client tells them, with what was asked. */
function connect(host: string, sshOpts: unknown): Docker {
  const docker = dockerAt(host, sshOpts);
  const dial = docker.modem.dial.bind(docker.modem);
  docker.modem.dial = (asked: Asked, answer: (error: unknown, data: unknown) => void) =>
    dial(asked, (error: unknown, data: unknown) =>
      answer(error && connectError(error, host, asked), data),
    );
  return docker;
}

function connectError(error: unknown, host: string, { method, path }: Asked): unknown {
  if (!(error instanceof Error) || "statusCode" in error) return error;
  if (!host.startsWith("ssh://")) {
    return new Error(
      `Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`,
      { cause: error },
    );
  }
  const verb = `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
  const asked = `${verb} "http://docker.example.com${path.replace(/\?$/, "")}"`;
  const reason = error instanceof ExecaError ? sshError(error) : error.message;
  return new Error(`error during connect: ${asked}: ${reason}`, { cause: error });
}

function dockerAt(host: string, sshOpts: unknown): Docker {
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  const url = new URL(host);
  if (url.protocol !== "ssh:") throw new Error(`unable to parse docker host \`${host}\``);
  // The host name is only for the request line; the agent decides where the connection goes.
  const agent = sshAgent(sshTarget(url, sshOpts));
  const options = { protocol: "http" as const, host: "docker.example.com", port: 80, agent };
  // dockerode takes an agent; its types don't know.
  return new Docker(options as Docker.DockerOptions);
}

/**
 * Connects as the real provider does: an `ssh://` host with `disableDockerDaemonCheck` is not
 * touched before it is needed, any other host has to answer a ping.
 */
export async function configureDocker(config: Bag): Promise<DockerClient> {
  const host = typeof config.host === "string" ? config.host : "unix:///var/run/docker.sock";
  const auth = parsed(config.registryAuth);
  const client = {
    docker: connect(host, parsed(config.sshOpts)),
    registryAuth: Array.isArray(auth) ? auth.filter(isBag) : [],
  };
  const lazy = host.startsWith("ssh://") && parsed(config.disableDockerDaemonCheck) === true;
  if (!lazy) await ping(client.docker, host);
  return client;
}

async function ping(docker: Docker, host: string): Promise<void> {
  try {
    await docker.ping();
  } catch (error) {
    throw new Error(
      `error initializing Docker client: error pinging Docker server at ${host}, please make sure that ${host} is ` +
        `reachable and has a  '_ping' endpoint. Error: ${message(error)}`,
    );
  }
}

/** What the daemon said, without dockerode's frame around it (`(HTTP code 404) no such container - …`). */
export function message(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("statusCode" in error)) return error.message.trim();
  return `Error response from daemon: ${error.message.replace(/^\(HTTP code \d+\) .*? - /, "").trim()}`;
}

/** True if the daemon answered that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return isBag(error) && error.statusCode === 404;
}
