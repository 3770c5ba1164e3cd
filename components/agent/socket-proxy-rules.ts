import { hash } from "node:crypto";
import { shellQuote } from "../../host-shell/shell.ts";
import { type FileSite, inHost, RULES_DIRECTORY } from "../files/install-site.ts";

/** Name of the socket proxy's container. */
export const PROXY = "alloy-docker-proxy";

/** Where the image's entry point takes its configuration from: a file mounted there brings rules of our own. */
export const TEMPLATE = "/templates/haproxy.cfg";

/** Below the service's directory on the host. */
const FILE = `${RULES_DIRECTORY}/haproxy.cfg`;

/**
 * HAProxy's configuration, for 2.6 and later. What Alloy asks of Docker, by whole paths, and nothing else: the
 * image's own rules open a section by the beginning of a path, and with the containers' list come the files of
 * every container, as root sees them.
 */
export const socketProxyRules = `global
  log stdout format raw daemon info
  maxconn 1000
  # One thread: a machine with many processors has more of them than the container may have processes.
  nbthread 1

defaults
  mode http
  log global
  option httplog
  option dontlognull
  # A line for what was refused or failed, none for what went well.
  option dontlog-normal
  timeout connect 10s
  timeout http-request 10s
  timeout http-keep-alive 10s
  timeout queue 1m
  # Docker says nothing on a log that is followed while the container is quiet: cut off, it would be read again.
  timeout client 24d
  timeout server 24d
  # So a stream that the agent has left would stay open, here and in Docker, until the container's next line.
  option abortonclose

frontend api
  # IPv4 alone, as the network is: a kernel may have no IPv6.
  bind :2375
  http-request deny unless METH_GET
  http-request deny if { hdr(Upgrade) -m found }
  http-request deny unless { path -m reg ^(/v[0-9.]+)?/(_ping|version|info|events|networks|containers/json|containers/[a-zA-Z0-9][a-zA-Z0-9_.-]*/(json|logs))$ }
  # The agent ends such a stream when it likes.
  http-request set-log-level silent if { path_end /logs }
  default_backend docker

backend docker
  server docker /var/run/docker.sock
`;

/** Changes with the rules, so that a container that runs by others is replaced. */
export const rulesVersion = hash("sha256", socketProxyRules).slice(0, 12);

/** Path of the rules on the host. */
export function rulesFile(directory: string): string {
  return `${directory}/${FILE}`;
}

/** Writes the rules, complete or not at all, once `proven` has passed with the new ones at the path it gets. */
export function writeRules(site: FileSite, proven: (rules: string) => string): string {
  const write = `mkdir -p /service/${RULES_DIRECTORY} && printf %s ${shellQuote(socketProxyRules)} >/service/${FILE}.new`;
  return `
${inHost(site, write)}
${proven(`${rulesFile(site.directory)}.new`)}
${inHost(site, `mv -f /service/${FILE}.new /service/${FILE}`)}`;
}
