import { program } from "../../programs.ts";
import { buildImage } from "../archive.ts";
import { debianLayer, filesLayer } from "../layers.ts";
import { baseLayer } from "../shared-layers.ts";
import { programVersion } from "../versions.ts";
import { haproxyLayer, shell } from "./agent.ts";

/** Debian's Prometheus with its web page, which is made of JavaScript libraries in other packages. */
export async function prometheusImage() {
  const prometheus = await debianLayer({
    name: "prometheus",
    packages: ["prometheus"],
    keep: /^(libjs-|fonts-glyphicons)/,
  });
  const data = await filesLayer([{ path: "prometheus", uid: 65534 }]);
  const layers = [await baseLayer(), prometheus, data];
  return buildImage("prometheus", prometheus.versions.prometheus ?? "", layers, {
    Entrypoint: ["/bin/prometheus"],
    User: "65534:65534",
    ExposedPorts: { "9090/tcp": {} },
  });
}

/** VictoriaLogs as its published image has it: the program alone, with its flags in the container's command. */
export async function victoriaLogsImage() {
  const binary = await program("victoria-logs");
  const files = await filesLayer([{ path: "victoria-logs-prod", mode: 0o755, source: binary }]);
  return buildImage("victoria-logs", await programVersion(binary), [files], {
    Entrypoint: ["/victoria-logs-prod"],
    ExposedPorts: { "9428/tcp": {} },
  });
}

/** HAProxy alone; what it does comes with its container. */
export async function haproxyImage() {
  const haproxy = await haproxyLayer();
  const layers = [await baseLayer(), haproxy];
  return buildImage("haproxy", haproxy.versions.haproxy ?? "", layers, { Env: shell().Env });
}
