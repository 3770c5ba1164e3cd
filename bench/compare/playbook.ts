import type { ComposeService, composeFile } from "./compose-file.ts";

/** What a task of `community.docker` waits for, or leaves behind, beyond what the compose file says. */
const waits: Record<string, { module?: object; task?: object }> = {
  // Waits for its end and fails with it.
  "alloy-init": { module: { detach: false } },
  "alloy-docker-proxy": { module: { state: "healthy", healthy_wait_timeout: 60 } },
  alloy: { task: { register: "container" } },
};

/** The compose file as a playbook of `community.docker`. Its configuration lies in `files/` beside it. */
export function playbook(
  { services, networks }: ReturnType<typeof composeFile>,
  directory: string,
) {
  const { "alloy-frontend": frontend, "alloy-backend": backend } = networks;
  const tasks = [
    ...["config", "data"].map((name) => ({
      "ansible.builtin.file": { path: `${directory}/${name}`, state: "directory", mode: "0755" },
    })),
    {
      "ansible.builtin.copy": { src: "files/", dest: `${directory}/config/`, mode: "0644" },
      notify: "restart alloy",
    },
    ...[{ name: frontend.name, ipam_config: frontend.ipam.config }, backend].map((network) => ({
      "community.docker.docker_network": network,
    })),
    ...Object.values(services).map((service) => ({
      "community.docker.docker_container": {
        ...container(service),
        ...waits[service.container_name]?.module,
      },
      ...waits[service.container_name]?.task,
    })),
  ];
  const restart = {
    name: "restart alloy",
    "community.docker.docker_container": { name: "alloy", state: "started", restart: true },
    // A container that this run made has read the new files already.
    when: "not container.changed",
  };
  // Nothing here asks for a host's facts, which take seconds.
  return [{ hosts: "all", gather_facts: false, tasks, handlers: [restart] }];
}

/** A container in the module's words. */
function container(service: ComposeService) {
  const { image, command, user, read_only, cap_drop, pids_limit, tmpfs, volumes } = service;
  const [policy, retries] = (service.restart ?? "no").split(":");
  const variables = Object.entries<string>(service.environment ?? {});
  return {
    name: service.container_name,
    ...{ image, command, user, read_only, cap_drop, pids_limit, tmpfs, volumes },
    pull: "never",
    env: Object.fromEntries(
      variables.map(([key, value]) => [key, value.replace(/^\$\{(\w+)\}$/, "{{ secrets.$1 }}")]),
    ),
    capabilities: service.cap_add,
    security_opts: service.security_opt,
    memory: service.mem_limit,
    memory_swap: service.memswap_limit,
    groups: service.group_add,
    restart_policy: policy,
    restart_retries: retries && Number(retries),
    network_mode: service.network_mode,
    networks: service.networks?.map((network) => ({ name: network })),
    healthcheck: service.healthcheck,
    stop_timeout: service.stop_grace_period && Number.parseInt(service.stop_grace_period, 10),
  };
}
