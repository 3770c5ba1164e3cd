import {
  alloyMounts,
  type BindMount,
  flatCommand,
  initCommand,
  journalVolumes,
  type Service,
} from "./service.ts";

/** The compose service's `compose.yaml` with the same settings as ours. */
export function composeFile(service: Service) {
  return {
    services: {
      "alloy-init": initService(service),
      "alloy-docker-proxy": proxyService(service),
      alloy: alloyService(service),
    },
    networks: {
      "alloy-frontend": {
        name: "alloy-frontend",
        ipam: { config: [{ subnet: service.frontendSubnet }] },
      },
      "alloy-backend": { name: "alloy-backend", internal: true },
      ...Object.fromEntries(service.externalNetworks.map((name) => [name, { external: true }])),
    },
  };
}

/** The file `.env` beside it, that holds the secrets. */
export function envFile({ secrets }: Service): string {
  return Object.entries(secrets)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function hardened(memory: number, pids: number) {
  return {
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges=true"],
    mem_limit: `${memory}m`,
    memswap_limit: `${memory}m`,
    pids_limit: pids,
  };
}

function initService(service: Service) {
  return {
    ...hardened(service.memory.init, 50),
    container_name: "alloy-init",
    image: service.images.init,
    command: initCommand(service),
    cap_add: ["CHOWN"],
    network_mode: "none",
    restart: "no",
    volumes: [bind({ source: `${service.directory}/data`, target: "/data", readOnly: false })],
  };
}

function proxyService(service: Service) {
  return {
    ...hardened(service.memory.socketProxy, 50),
    container_name: "alloy-docker-proxy",
    image: service.images.socketProxy,
    environment: service.proxyEnvironment,
    restart: "on-failure:3",
    tmpfs: ["/run"],
    networks: ["alloy-backend"],
    volumes: [
      bind({ source: service.dockerSocket, target: "/var/run/docker.sock", readOnly: true }),
    ],
    healthcheck: {
      test: ["CMD", "wget", "--spider", "-q", "http://localhost:2375/_ping"],
      interval: "5s",
      timeout: "5s",
      retries: 3,
    },
    stop_grace_period: "2s",
  };
}

function alloyService(service: Service) {
  return {
    ...hardened(service.memory.alloy, 200),
    container_name: "alloy",
    image: service.images.alloy,
    command: flatCommand,
    user: `${service.uid}:${service.gid}`,
    group_add: [`${service.journalGid}`],
    environment: Object.keys(service.secrets).map((name) => `${name}=\${${name}}`),
    restart: "on-failure:3",
    tmpfs: ["/tmp"],
    networks: ["alloy-frontend", "alloy-backend", ...service.externalNetworks],
    volumes: [...alloyMounts(service).map(bind), ...journalVolumes],
    stop_grace_period: "30s",
    depends_on: {
      "alloy-init": { condition: "service_completed_successfully" },
      "alloy-docker-proxy": { condition: "service_healthy" },
    },
  };
}

function bind({ source, target, readOnly, propagation }: BindMount) {
  return {
    type: "bind",
    source,
    target,
    read_only: readOnly,
    ...(propagation && { bind: { propagation } }),
  };
}
