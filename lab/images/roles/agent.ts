import { program } from "../../programs.ts";
import { buildImage } from "../archive.ts";
import { debianLayer, filesLayer } from "../layers.ts";
import { baseLayer, busyboxLayer } from "../shared-layers.ts";
import { programVersion } from "../versions.ts";
import {
  SOCKET_PROXY_START,
  type SocketProxyProfile,
  socketProxyDefaults,
  socketProxyTemplate,
} from "./socket-proxy.ts";

/**
 * Alloy as in its hardened image: no shell and no probe tools. libsystemd is loaded when a journal is
 * read, with the libraries that unpack the journal's compressed fields.
 */
export async function alloyImage() {
  const binary = await program("alloy");
  const journal = await debianLayer({
    name: "journal",
    packages: ["libsystemd0", "liblz4-1", "liblzma5", "libzstd1", "libgcrypt20"],
    keep: /^lib(cap2|gpg-error0)$/,
  });
  const alloy = await filesLayer([{ path: "usr/bin/alloy", mode: 0o755, source: binary }]);
  return buildImage("alloy", await programVersion(binary), [await baseLayer(), journal, alloy], {
    Entrypoint: ["/bin/alloy"],
    Cmd: ["run", "/etc/alloy", "--storage.path=/var/lib/alloy"],
    Env: ["PATH=/bin", "ALLOY_DEPLOY_MODE=docker"],
    ExposedPorts: { "12345/tcp": {} },
  });
}

/** The one-shots' image: BusyBox, and the C library, without which its `wget` crashes on any address. */
export async function initImage() {
  const busybox = await busyboxLayer();
  const layers = [await baseLayer(), busybox];
  return buildImage("init", busyboxVersion(busybox.versions), layers, shell());
}

/** LinuxServer's socket proxy is HAProxy behind a script; this is Debian's HAProxy with the same rules. */
export async function socketProxyImage(profile: SocketProxyProfile = "pinned") {
  const haproxy = await haproxyLayer();
  const files = await filesLayer([
    { path: "docker-entrypoint.sh", mode: 0o755, content: SOCKET_PROXY_START },
    { path: "templates/haproxy.cfg", content: socketProxyTemplate(profile) },
  ]);
  const layers = [await baseLayer(), haproxy, await busyboxLayer(), files];
  return buildImage("socket-proxy", haproxy.versions.haproxy ?? "", layers, {
    Entrypoint: ["/docker-entrypoint.sh"],
    Env: [...shell().Env, ...socketProxyDefaults(profile)],
    ExposedPorts: { "2375/tcp": {} },
  });
}

export const haproxyLayer = () => debianLayer({ name: "haproxy", packages: ["haproxy"] });

export const busyboxVersion = (versions: Record<string, string>) =>
  versions["busybox-static"] ?? "unknown";

export const shell = () => ({ Cmd: ["sh"], Env: ["PATH=/usr/sbin:/usr/bin"] });
