import type { Entry } from "../images/entries.ts";
import type { WorldImages } from "../images/published.ts";
import { onNode, PROGRAM, type StandInPrograms } from "../stand-ins/bundle.ts";
import { type LiveTokens, NO_TOKENS } from "./cloud-tokens.ts";
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

const ADDRESSES = {
  prometheus: "172.30.200.10",
  cloudLogs: "172.30.200.11",
  victoriaLogs: "172.30.200.12",
};

/** The stand-in of Grafana Cloud Logs, past the gateway: `/__duplicates` tells what came twice. */
export const CLOUD_LOGS_URL = `http://${ADDRESSES.cloudLogs}:3100`;

/** The store of the logs, which keeps every line as often as it came. */
export const LOG_STORE_URL = `http://${ADDRESSES.victoriaLogs}:9428`;

/** Numbers, as Grafana Cloud's user names are; one for each sink, so that a mix-up shows. */
const USERS = { metrics: "100001", logs: "200002" };

/**
 * Prometheus, and a stand-in of Grafana Cloud Logs that keeps its lines in VictoriaLogs, behind one gateway
 * that wants a user name and password.
 */
export function sinkContainers(
  images: WorldImages,
  secrets: WorldSecrets,
  { cloudLogs }: StandInPrograms,
): ContainerSpec[] {
  const at = (address: string) => ({ [LAB_NETWORK.name]: { address } });
  return [
    {
      name: "lab-prometheus",
      image: images.prometheus,
      cmd: PROMETHEUS_FLAGS,
      files: [{ path: PROMETHEUS_FILE, content: PROMETHEUS_CONFIG }],
      networks: at(ADDRESSES.prometheus),
      memory: 512,
    },
    {
      name: "lab-victoria-logs",
      image: images.victoriaLogs,
      cmd: VICTORIA_LOGS_FLAGS,
      // A burst of 300,000 lines while they are counted took more than 512 MB before Go freed any.
      env: ["GOMEMLIMIT=512MiB"],
      networks: at(ADDRESSES.victoriaLogs),
      memory: 1024,
    },
    {
      name: "lab-grafana-cloud-logs",
      ...onNode(images),
      cmd: [`/${PROGRAM}`, LOG_STORE_URL],
      files: [cloudLogs],
      networks: at(ADDRESSES.cloudLogs),
      memory: 256,
    },
    gatewayContainer(images, secrets),
  ];
}

const PROMETHEUS_FILE = "etc/prometheus/lab.yml";

const PROMETHEUS_FLAGS = [
  `--config.file=/${PROMETHEUS_FILE}`,
  "--storage.tsdb.path=/prometheus",
  "--web.enable-remote-write-receiver",
];

/**
 * It scrapes nothing: every sample comes from the agent. A record of the write-ahead log that a full disk cut off may
 * hold one from the future, which Grafana Cloud and newer Prometheus refuse. This one takes it, and would refuse
 * everything older from then on.
 */
const PROMETHEUS_CONFIG = `
global:
  scrape_interval: 1h
storage:
  tsdb:
    out_of_order_time_window: 250y
`;

/** What is too old is the door's to refuse; a line without text stays one. */
export const VICTORIA_LOGS_FLAGS = [
  "-storageDataPath=/victoria-logs-data",
  "-retentionPeriod=100y",
  "-defaultMsgValue=",
  "-loggerLevel=WARN",
];

export const GATEWAY = "lab-sinks";
const GATEWAY_FILE = "etc/haproxy/gateway.cfg";

function gatewayContainer(images: WorldImages, secrets: WorldSecrets): ContainerSpec {
  return {
    name: GATEWAY,
    image: images.haproxy,
    // With a master process, so that SIGUSR2 takes on new logins without closing the door.
    entrypoint: ["haproxy", "-W", "-db", "-f", `/${GATEWAY_FILE}`],
    // The logins are root's alone.
    user: "0:0",
    networks: { [LAB_NETWORK.name]: {} },
    publish: { port: 8080, at: PUBLISH_AT, hostPort: secrets.sinksPort },
    memory: 64,
    files: [{ path: GATEWAY_FILE, content: GATEWAY_CONFIG }],
    changing: loginFiles(secrets, NO_TOKENS),
  };
}

/** The Authorization headers that each sink takes for pushes and for queries, one a line. */
export function loginFiles(secrets: WorldSecrets, live: LiveTokens): Entry[] {
  const all = sinks(secrets);
  return (["metrics", "logs"] as const).flatMap((name) =>
    (["write", "read"] as const).map((right) => {
      const { username, password } = all[name];
      const passwords = [password, ...secrets.cloudTokens, ...live[name][right]];
      const lines = passwords.map((one) => `Basic ${btoa(`${username}:${one}`)}\n`);
      return { path: `etc/haproxy/${name}-${right}.logins`, mode: 0o600, content: lines.join("") };
    }),
  );
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

/**
 * One door: what begins with /loki/ is for the logs' users, all else for the metrics' users. Grafana Cloud has
 * Prometheus below /api/prom and its remote write at /api/prom/push.
 */
const GATEWAY_CONFIG = `global
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
  http-request replace-path ^/api/prom/push$ /api/v1/write
  http-request replace-path ^/api/prom(/.*) \\1
  acl for_logs path_beg /loki/
  acl a_push path /api/v1/write /loki/api/v1/push
  acl logs_write req.hdr(authorization) -f /etc/haproxy/logs-write.logins
  acl logs_read req.hdr(authorization) -f /etc/haproxy/logs-read.logins
  acl metrics_write req.hdr(authorization) -f /etc/haproxy/metrics-write.logins
  acl metrics_read req.hdr(authorization) -f /etc/haproxy/metrics-read.logins
  http-request auth realm logs if for_logs a_push !logs_write
  http-request auth realm logs if for_logs !a_push !logs_read
  http-request auth realm metrics if !for_logs a_push !metrics_write
  http-request auth realm metrics if !for_logs !a_push !metrics_read
  use_backend grafana_cloud_logs if for_logs
  default_backend prometheus

backend prometheus
  server prometheus ${ADDRESSES.prometheus}:9090

backend grafana_cloud_logs
  server grafana_cloud_logs ${ADDRESSES.cloudLogs}:3100
`;
