/** Parts of the Docker API, by the variable that opens each (LinuxServer's names): its path, but for a sign. */
const SECTIONS = [
  ...["AUTH", "BUILD", "COMMIT", "CONFIGS", "CONTAINERS", "DISTRIBUTION", "EVENTS", "EXEC"],
  ...["GRPC", "IMAGES", "INFO", "NETWORKS", "NODES", "PING", "PLUGINS", "SECRETS", "SERVICES"],
  ...["SESSION", "SWARM", "SYSTEM", "TASKS", "VERSION", "VOLUMES"],
];

/** Open in LinuxServer's image unless closed: they tell nothing about the containers. */
const OPEN_BY_DEFAULT = ["EVENTS", "PING", "VERSION"];

/** What may be done to a container whatever POST says, by the variable that allows it. */
const ACTIONS: Record<string, string[]> = {
  ALLOW_PAUSE: ["pause"],
  ALLOW_RESTARTS: ["stop", "restart", "kill"],
  ALLOW_START: ["start"],
  ALLOW_STOP: ["stop"],
  ALLOW_UNPAUSE: ["unpause"],
};

/** What images since 2026-08 tell of a container only when its own variable, `ALLOW_…`, says so too. */
const GUARDED = ["archive", "changes", "export", "logs", "top"];

/** Which of LinuxServer's images is stood in for: the one that the stack pins, or those since 2026-08. */
export type SocketProxyProfile = "pinned" | "since 2026-08";

/** The variables as the image sets them: all else, and all writing, is closed. */
export function socketProxyDefaults(profile: SocketProxyProfile): string[] {
  const names = [
    ...SECTIONS,
    ...Object.keys(ACTIONS),
    ...(profile === "pinned" ? [] : GUARDED.map(guard)),
  ];
  const switches = names.map((name) => `${name}=${OPEN_BY_DEFAULT.includes(name) ? 1 : 0}`);
  return [...switches, "POST=0", "LOG_LEVEL=info", "SOCKET_PATH=/var/run/docker.sock"];
}

/** Written at each start, so that a file mounted in the template's place brings rules of its own. */
export const SOCKET_PROXY_START = `#!/bin/sh
set -eu
bind="[::]:2375 v4v6"
if [ "\${DISABLE_IPV6:-0}" = 1 ]; then bind=":2375"; fi
mkdir -p /run/haproxy
sed "s/@@BIND_PROTO@@/$bind/" /templates/haproxy.cfg >/run/haproxy/haproxy.cfg
echo "Stand-in of LinuxServer's socket proxy"
exec haproxy -f /run/haproxy/haproxy.cfg -W -db
`;

/**
 * As kind and as harsh as LinuxServer's: a line a request, a thread a processor, idle streams cut after ten
 * minutes, and rules by the beginning of a path, so that one opens all that lies below.
 */
export function socketProxyTemplate(profile: SocketProxyProfile): string {
  const newer = profile === "since 2026-08";
  return `global
  log stdout format raw daemon "\${LOG_LEVEL}"
  pidfile /run/haproxy.pid
  maxconn 2000
${newer ? "  chroot /\n  user root\n" : ""}
defaults
  mode http
  log global
  option httplog
  option dontlognull
  option http-server-close
  timeout http-request 10s
  timeout http-keep-alive 10s
  timeout queue 1m
  timeout connect 10s
  timeout client 10m
  timeout server 10m

frontend api
  bind @@BIND_PROTO@@
${Object.entries(ACTIONS).map(actionRule).join("\n")}
  http-request deny unless METH_GET || { env(POST) -m bool }
${newer ? `${GUARDED.map(guardRule).join("\n")}\n` : ""}\
${SECTIONS.map(sectionRule).join("\n")}
  http-request deny
  default_backend engine

backend engine
  server engine "\${SOCKET_PATH}"
`;
}

const guard = (word: string) => `ALLOW_${word.toUpperCase()}`;

const actionRule = ([variable, words]: [string, string[]]) =>
  rule("allow", `containers/[a-zA-Z0-9_.-]+/(${words.join("|")})`, `{ env(${variable}) -m bool }`);

const guardRule = (word: string) =>
  rule("deny", `containers/[^/]+/${word}`, `!{ env(${guard(word)}) -m bool }`);

const sectionRule = (variable: string) =>
  rule("allow", variable.replace("PING", "_PING").toLowerCase(), `{ env(${variable}) -m bool }`);

const rule = (verdict: string, path: string, condition: string) =>
  `  http-request ${verdict} if { path,url_dec -m reg -i ^(/v[0-9.]+)?/${path} } ${condition}`;
