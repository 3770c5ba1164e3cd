import { program } from "../../programs.ts";
import { buildImage } from "../archive.ts";
import { debianLayer, filesLayer } from "../layers.ts";
import { baseLayer, busyboxLayer } from "../shared-layers.ts";
import { programVersion } from "../versions.ts";
import { haproxyLayer, shell } from "./agent.ts";

const NOBODY = 65534;
const PROMETHEUS_DIR = "var/lib/prometheus";

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

/** VictoriaLogs as its published image has it: the program alone, with its flags in the container's command. */
export async function victoriaLogsImage() {
  const binary = await program("victoria-logs");
  const files = await filesLayer([{ path: "victoria-logs-prod", mode: 0o755, source: binary }]);
  return buildImage("victoria-logs", await programVersion(binary), [files], {
    Entrypoint: ["/victoria-logs-prod"],
    ExposedPorts: { "9428/tcp": {} },
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
