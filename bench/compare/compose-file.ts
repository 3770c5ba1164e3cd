import { alloyCommand } from "../../components/agent/alloy-container.ts";
import { socketProxyEnvs } from "../../components/agent/socket-proxy.ts";
import type { Image, Settings } from "../../config/schema.ts";

type Services = ReturnType<typeof composeFile>["services"];

/** A container of the compose file, with every key that one of the three has. */
export type ComposeService = Partial<
  Services["alloy-init"] & Services["alloy-docker-proxy"] & Services["alloy"]
>;

/** The compose service's `compose.yaml` with the same settings as ours; secrets are variables. */
export function composeFile(settings: Settings, directory: string) {
  const external = [...new Set(settings.postgres.map(({ network }) => network))].sort();
  return {
    services: {
      "alloy-init": initService(settings, directory),
      "alloy-docker-proxy": proxyService(settings),
      alloy: alloyService(settings, directory, external),
    },
    networks: {
      "alloy-frontend": {
        name: "alloy-frontend",
        ipam: { config: [{ subnet: settings.networks.frontendSubnet }] },
      },
      "alloy-backend": { name: "alloy-backend", internal: true },
      ...Object.fromEntries(external.map((name) => [name, { external: true }])),
    },
  };
}

function hardened(name: string, image: Image, memory: number, pids: number) {
  return {
    container_name: name,
    image: typeof image === "string" ? image : image.local,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges=true"],
    mem_limit: `${memory}m`,
    memswap_limit: `${memory}m`,
    pids_limit: pids,
  };
}

/** Gives the state to Alloy's user. */
function initService({ host, images }: Settings, directory: string) {
  const { uid, gid } = host.serviceAccount;
  const others = ["/data", "-user", `${uid}`, "-prune", "-o"];
  return {
    ...hardened("alloy-init", images.init, 64, 50),
    command: ["find", ...others, "-exec", "chown", "-h", `${uid}:${gid}`, "{}", "+"],
    cap_add: ["CHOWN"],
    network_mode: "none",
    restart: "no",
    volumes: [`${directory}/data:/data`],
  };
}

function proxyService({ host, images, limits }: Settings) {
  return {
    ...hardened("alloy-docker-proxy", images.socketProxy, limits.socketProxyMemory, 50),
    environment: Object.fromEntries(socketProxyEnvs.map((entry) => entry.split("="))),
    restart: "on-failure:3",
    tmpfs: ["/run"],
    networks: ["alloy-backend"],
    volumes: [`${host.dockerSocket}:/var/run/docker.sock:ro`],
    healthcheck: {
      test: ["CMD", "wget", "--spider", "-q", "http://localhost:2375/_ping"],
      interval: "5s",
      timeout: "5s",
      retries: 3,
    },
    stop_grace_period: "2s",
  };
}

function alloyService({ host, images, limits }: Settings, directory: string, external: string[]) {
  const unchanged = ["/proc:/host/proc", "/sys:/host/sys", "/etc/machine-id:/etc/machine-id"];
  const journal = ["/var/log/journal:/var/log/journal", "/run/log/journal:/run/log/journal"];
  const readOnly = [`${directory}/config:/etc/alloy`, ...unchanged, ...journal];
  const secrets = ["METRICS_PASSWORD", "LOGS_PASSWORD"];
  return {
    ...hardened("alloy", images.alloy, limits.alloyMemory, 200),
    // Here the configuration is no link to a version.
    command: [...alloyCommand.slice(0, -1), "/etc/alloy/"],
    user: `${host.serviceAccount.uid}:${host.serviceAccount.gid}`,
    group_add: [`${host.journal.gid}`],
    environment: Object.fromEntries(secrets.map((name) => [name, `\${${name}}`])),
    restart: "on-failure:3",
    tmpfs: ["/tmp"],
    networks: ["alloy-frontend", "alloy-backend", ...external],
    volumes: [
      ...readOnly.map((volume) => `${volume}:ro`),
      "/:/host/rootfs:ro,rslave",
      `${directory}/data:/var/lib/alloy`,
    ],
    stop_grace_period: "30s",
    depends_on: {
      "alloy-init": { condition: "service_completed_successfully" },
      "alloy-docker-proxy": { condition: "service_healthy" },
    },
  };
}
