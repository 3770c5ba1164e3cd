import { program } from "../../programs.ts";
import { buildImage } from "../archive.ts";
import { debianLayer, filesLayer } from "../layers.ts";
import { baseLayer, busyboxLayer } from "../shared-layers.ts";
import { programVersion } from "../versions.ts";
import { haproxyLayer, shell } from "./agent.ts";

const NOBODY = 65534;
const PROMETHEUS_DIR = "var/lib/prometheus";
const LOKI_DIR = "var/lib/loki";

/** Debian's Prometheus with its web page, which is made of JavaScript libraries in other packages. */
export async function prometheusImage() {
  const prometheus = await debianLayer({
    name: "prometheus",
    packages: ["prometheus"],
    keep: /^(libjs-|fonts-glyphicons)/,
  });
  const files = await filesLayer([
    { path: "etc/prometheus/empty.yml", content: PROMETHEUS_CONFIG },
    { path: PROMETHEUS_DIR, uid: NOBODY },
  ]);
  const layers = [await baseLayer(), prometheus, files];
  return buildImage("prometheus", prometheus.versions.prometheus ?? "", layers, {
    Entrypoint: ["/usr/bin/prometheus"],
    Cmd: [
      "--config.file=/etc/prometheus/empty.yml",
      `--storage.tsdb.path=/${PROMETHEUS_DIR}`,
      "--web.enable-remote-write-receiver",
    ],
    User: `${NOBODY}:${NOBODY}`,
    ExposedPorts: { "9090/tcp": {} },
  });
}

/** It scrapes nothing: every sample comes from the agent. */
const PROMETHEUS_CONFIG = "global:\n  scrape_interval: 1h\n";

/** Loki with Grafana Cloud's limit on old entries. */
export async function lokiImage() {
  const binary = await program("loki");
  const files = await filesLayer([
    { path: "usr/bin/loki", mode: 0o755, source: binary },
    { path: "etc/loki/loki.yaml", content: LOKI_CONFIG },
    { path: LOKI_DIR, uid: NOBODY },
  ]);
  return buildImage("loki", await programVersion(binary), [await baseLayer(), files], {
    Entrypoint: ["/usr/bin/loki"],
    Cmd: ["-config.file=/etc/loki/loki.yaml"],
    User: `${NOBODY}:${NOBODY}`,
    ExposedPorts: { "3100/tcp": {} },
  });
}

/** HAProxy in front of both sinks, whose configuration holds this lab's passwords and comes later. */
export async function gatewayImage() {
  const haproxy = await haproxyLayer();
  const layers = [await baseLayer(), haproxy, await busyboxLayer()];
  return buildImage("gateway", haproxy.versions.haproxy ?? "", layers, {
    // With a master process, so that SIGUSR2 takes on new log-ins without closing the door.
    Entrypoint: ["/usr/sbin/haproxy", "-W", "-db"],
    Cmd: ["-f", "/etc/haproxy/gateway.cfg"],
    Env: shell().Env,
  });
}

/**
 * 168 h: what Grafana Cloud refuses. The rest shortens the start: without a frontend's address the
 * querier finds one after 8 s, and an ingester waits 15 s for others.
 */
const LOKI_CONFIG = `auth_enabled: false
analytics:
  reporting_enabled: false
server:
  http_listen_port: 3100
  grpc_listen_address: 127.0.0.1
  log_level: warn
common:
  instance_addr: 127.0.0.1
  path_prefix: /${LOKI_DIR}
  replication_factor: 1
  ring:
    kvstore:
      store: inmemory
  storage:
    filesystem:
      chunks_directory: /${LOKI_DIR}/chunks
      rules_directory: /${LOKI_DIR}/rules
schema_config:
  configs:
    - from: "2024-01-01"
      store: tsdb
      object_store: filesystem
      schema: v13
      index:
        prefix: index_
        period: 24h
ingester:
  # A line from hours ago can be queried only after its chunk was flushed.
  chunk_idle_period: 10s
  flush_check_period: 5s
  lifecycler:
    min_ready_duration: 0s
    final_sleep: 0s
frontend_worker:
  frontend_address: 127.0.0.1:9095
limits_config:
  reject_old_samples: true
  reject_old_samples_max_age: 168h
  allow_structured_metadata: true
  volume_enabled: true
  ingestion_rate_mb: 50
  ingestion_burst_size_mb: 100
  per_stream_rate_limit: 50MB
  per_stream_rate_limit_burst: 100MB
`;
