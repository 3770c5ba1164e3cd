import type { Entry } from "../images/entries.ts";
import type { WorldImages } from "../images.ts";
import type { ContainerSpec } from "./containers.ts";
import type { WorldSecrets } from "./secrets.ts";

export interface Sink {
  /** Where the agent, in its own Docker network, sends to. */
  pushUrl: string;
  /** Where this machine's operator asks, without a path. */
  queryUrl: string;
  username: string;
  password: string;
}

/** The lab's own network; its first address is this machine. */
export const LAB_NETWORK = { name: "lab", subnet: "172.30.200.0/24", host: "172.30.200.1" };

/**
 * Where containers of other networks reach a published port: Docker drops what goes from bridge to
 * bridge, but not what goes to an address of the host, where its proxy takes it on.
 */
export const PUBLISH_AT = ["127.0.0.1", LAB_NETWORK.host];

const ADDRESSES = { prometheus: "172.30.200.10", loki: "172.30.200.11" };

/** Numbers, as Grafana Cloud's user names are; one for each sink, so that a mix-up shows. */
const USERS = { metrics: "100001", logs: "200002" };

/** Prometheus and Loki behind one gateway that wants a user name and password. */
export function sinkContainers(images: WorldImages, secrets: WorldSecrets): ContainerSpec[] {
  const sink = (name: "prometheus" | "loki") => ({
    name: `lab-${name}`,
    image: images[name],
    networks: { [LAB_NETWORK.name]: { address: ADDRESSES[name] } },
    memory: 512,
  });
  return [sink("prometheus"), sink("loki"), gatewayContainer(images, secrets)];
}

export function gatewayContainer(images: WorldImages, secrets: WorldSecrets): ContainerSpec {
  return {
    name: "lab-sinks",
    image: images.gateway,
    networks: { [LAB_NETWORK.name]: {} },
    publish: { port: 8080, at: PUBLISH_AT, hostPort: secrets.sinksPort },
    memory: 64,
    files: [{ path: "etc/haproxy/gateway.cfg", content: GATEWAY_CONFIG }],
    changing: loginFiles(secrets),
  };
}

/** The Authorization headers that each sink takes, one a line. */
export function loginFiles(secrets: WorldSecrets): Entry[] {
  const { metrics, logs } = sinks(secrets);
  return Object.entries({ metrics, logs }).map(([name, { username, password }]) => {
    const passwords = [password, ...secrets.cloudTokens];
    const lines = passwords.map((one) => `Basic ${btoa(`${username}:${one}`)}\n`);
    return { path: `etc/haproxy/${name}.logins`, mode: 0o600, content: lines.join("") };
  });
}

/** The sinks' addresses and credentials. */
export function sinks({ sinksPort, metricsPassword, logsPassword }: WorldSecrets) {
  const inside = `http://${LAB_NETWORK.host}:${sinksPort}`;
  const queryUrl = `http://127.0.0.1:${sinksPort}`;
  return {
    metrics: {
      pushUrl: `${inside}/api/v1/write`,
      queryUrl,
      username: USERS.metrics,
      password: metricsPassword,
    },
    logs: {
      pushUrl: `${inside}/loki/api/v1/push`,
      queryUrl,
      username: USERS.logs,
      password: logsPassword,
    },
  } satisfies Record<string, Sink>;
}

/** One door: what begins with /loki/ is for the logs' users, all else for the metrics' users. */
export const GATEWAY_CONFIG = `global
  log stdout format raw daemon notice
  maxconn 512
  nbthread 2

defaults
  mode http
  log global
  option httplog
  option dontlog-normal
  timeout connect 5s
  timeout client 60s
  timeout server 60s

frontend sinks
  bind :8080
  acl for_logs path_beg /loki/
  acl logs_login req.hdr(authorization) -f /etc/haproxy/logs.logins
  acl metrics_login req.hdr(authorization) -f /etc/haproxy/metrics.logins
  http-request auth realm logs if for_logs !logs_login
  http-request auth realm metrics if !for_logs !metrics_login
  use_backend loki if for_logs
  default_backend prometheus

backend prometheus
  server prometheus ${ADDRESSES.prometheus}:9090

backend loki
  server loki ${ADDRESSES.loki}:3100
`;
