import {
  alloyMounts,
  type BindMount,
  flatCommand,
  initCommand,
  journalVolumes,
  type Service,
} from "./service.ts";

/** The same service as a playbook of `community.docker`; secrets are variables. Files lie in `files/` beside it. */
export function playbook(service: Service) {
  return [
    {
      hosts: "all",
      // Nothing here asks for a host's facts, which take seconds.
      gather_facts: false,
      tasks: [...fileTasks(service), ...networkTasks(service), ...containerTasks(service)],
      handlers: [
        {
          name: "restart alloy",
          "community.docker.docker_container": { name: "alloy", state: "started", restart: true },
          // A container that this run made has read the new files already.
          when: "not container.changed",
        },
      ],
    },
  ];
}

function fileTasks({ directory }: Service) {
  const directories = ["config", "data"].map((name) => ({
    name: `directory ${name}`,
    "ansible.builtin.file": { path: `${directory}/${name}`, state: "directory", mode: "0755" },
  }));
  const copy = {
    name: "configuration",
    "ansible.builtin.copy": { src: "files/", dest: `${directory}/config/`, mode: "0644" },
    notify: "restart alloy",
  };
  return [...directories, copy];
}

function networkTasks({ frontendSubnet }: Service) {
  return [
    { name: "alloy-frontend", ipam_config: [{ subnet: frontendSubnet }] },
    { name: "alloy-backend", internal: true },
  ].map((network) => ({
    name: `network ${network.name}`,
    "community.docker.docker_network": network,
  }));
}

function containerTasks(service: Service) {
  return [initContainer(service), proxyContainer(service), alloyContainer(service)].map(
    ({ register, ...container }) => ({
      name: `container ${container.name}`,
      "community.docker.docker_container": { pull: "never", ...container },
      ...(register && { register }),
    }),
  );
}

function hardened(memory: number, pids: number) {
  return {
    read_only: true,
    cap_drop: ["ALL"],
    security_opts: ["no-new-privileges=true"],
    memory: `${memory}m`,
    memory_swap: `${memory}m`,
    pids_limit: pids,
  };
}

/** What differs between the containers, in the module's own words. */
type Container = Record<string, unknown> & { name: string; register?: string };

function initContainer(service: Service): Container {
  return {
    ...hardened(service.memory.init, 50),
    name: "alloy-init",
    image: service.images.init,
    command: initCommand(service),
    capabilities: ["CHOWN"],
    network_mode: "none",
    restart_policy: "no",
    mounts: [bind({ source: `${service.directory}/data`, target: "/data", readOnly: false })],
    // Waits for its end and fails with it.
    detach: false,
  };
}

function proxyContainer(service: Service): Container {
  return {
    ...hardened(service.memory.socketProxy, 50),
    name: "alloy-docker-proxy",
    image: service.images.socketProxy,
    env: Object.fromEntries(service.proxyEnvironment.map((entry) => entry.split("="))),
    restart_policy: "on-failure",
    restart_retries: 3,
    tmpfs: ["/run"],
    networks: [{ name: "alloy-backend" }],
    mounts: [
      bind({ source: service.dockerSocket, target: "/var/run/docker.sock", readOnly: true }),
    ],
    healthcheck: {
      test: ["CMD", "wget", "--spider", "-q", "http://localhost:2375/_ping"],
      interval: "5s",
      timeout: "5s",
      retries: 3,
    },
    stop_timeout: 2,
    state: "healthy",
    healthy_wait_timeout: 60,
  };
}

function alloyContainer(service: Service): Container {
  const networks = ["alloy-frontend", "alloy-backend", ...service.externalNetworks];
  const variables = Object.keys(service.secrets);
  return {
    ...hardened(service.memory.alloy, 200),
    name: "alloy",
    image: service.images.alloy,
    command: flatCommand,
    user: `${service.uid}:${service.gid}`,
    groups: [`${service.journalGid}`],
    env: Object.fromEntries(variables.map((name) => [name, `{{ secrets.${name} }}`])),
    restart_policy: "on-failure",
    restart_retries: 3,
    tmpfs: ["/tmp"],
    networks: networks.map((name) => ({ name })),
    mounts: alloyMounts(service).map(bind),
    volumes: journalVolumes,
    stop_timeout: 30,
    register: "container",
  };
}

function bind({ source, target, readOnly, propagation }: BindMount) {
  return {
    type: "bind",
    source,
    target,
    read_only: readOnly,
    ...(propagation && { propagation }),
  };
}
