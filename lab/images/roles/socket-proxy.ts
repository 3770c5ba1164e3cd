/** Parts of the Docker API, by the variable that opens each (LinuxServer's names) and its paths. */
const SECTIONS: Record<string, string> = {
  AUTH: "auth",
  BUILD: "build",
  COMMIT: "commit",
  CONFIGS: "configs",
  CONTAINERS: "containers",
  DISTRIBUTION: "distribution",
  EVENTS: "events",
  EXEC: "exec",
  IMAGES: "images",
  INFO: "info",
  NETWORKS: "networks",
  NODES: "nodes",
  PING: "_ping",
  PLUGINS: "plugins",
  SECRETS: "secrets",
  SERVICES: "services",
  SESSION: "session",
  SWARM: "swarm",
  SYSTEM: "system",
  TASKS: "tasks",
  VERSION: "version",
  VOLUMES: "volumes",
};

/** Open in LinuxServer's image unless closed: they tell nothing about the containers. */
const OPEN_BY_DEFAULT = ["EVENTS", "PING", "VERSION"];

/** The variables as the image sets them: all else, and all writing, is closed. */
export function socketProxyDefaults(): string[] {
  const sections = Object.keys(SECTIONS).map(
    (name) => `${name}=${OPEN_BY_DEFAULT.includes(name) ? 1 : 0}`,
  );
  return [...sections, "POST=0", "SOCKET_PATH=/var/run/docker.sock"];
}

/**
 * HAProxy reads the variables at each request, so the rules are the same for every container.
 * Two threads and 256 connections: left alone it takes a thread for each processor, more than the
 * service's 50 processes on a large host, and memory for as many files as the engine allows.
 */
export function socketProxyConfig(): string {
  return `global
  log stdout format raw daemon notice
  maxconn 256
  nbthread 2

defaults
  mode http
  log global
  option httplog
  option dontlog-normal
  timeout connect 5s
  timeout client 10m
  timeout server 10m

frontend api
  bind :2375
  http-request deny deny_status 403 unless { method GET HEAD } || { env(POST) -m bool }
${Object.entries(SECTIONS).map(allowRule).join("\n")}
  http-request deny deny_status 403
  default_backend engine

backend engine
  server engine "unix@\${SOCKET_PATH}"
`;
}

function allowRule([variable, section]: [string, string]): string {
  const path = `^(/v[0-9.]+)?/${section}(/|$)`;
  return `  http-request allow if { path -m reg ${path} } { env(${variable}) -m bool }`;
}
