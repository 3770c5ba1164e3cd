/** What to do when a signal is missing: one sentence each, with a command that shows the cause. */
export const advice = {
  self: (host: string) =>
    `On ${host}, \`docker ps -a --filter name=alloy\` shows whether the agent runs and \`docker logs --tail 50 alloy\` why nothing leaves: 401 or 403 there means the token, which \`pulumi up\` replaces.`,

  host: (host: string) =>
    `On ${host}, \`docker logs --tail 200 alloy 2>&1 | grep -i exporter.unix\` names what can't be read; \`docker inspect alloy\` must list the mounts /host/rootfs, /host/proc and /host/sys.`,

  containers: (host: string) =>
    `On ${host}, \`docker logs --tail 50 alloy-docker-proxy\` shows whether Alloy's calls reach the Docker API; on a host where no container logs, \`docker run --rm busybox echo hello\` makes a line.`,

  containerMetrics: (host: string) =>
    `On ${host}, \`docker logs --tail 50 alloy-docker-proxy\` shows whether Alloy's calls for the containers' names reach the Docker API; \`docker inspect alloy\` must list the mount /host/proc, which \`hidepid\` must not close.`,

  journal: (host: string) =>
    `On ${host}, \`getent group systemd-journal\` must print the number that the stack has as host.journal.gid, and \`ls "/var/log/journal/$(cat /etc/machine-id)"\` must list files; else set host.journal.path to /run/log/journal.`,

  traefik: (host: string) =>
    `On ${host}, \`docker network inspect alloy-frontend\` must list both traefik and alloy; Traefik needs its metrics on :8082 with an allow list that has that network's subnet.`,

  exporter: (host: string, job: string) =>
    `On ${host}, \`docker ps -a --filter name=exporter\` shows whether the exporter of ${job} runs, and \`docker inspect alloy\` must list its network: if that network was recreated, \`pulumi up\` joins it again.`,

  database: (host: string, job: string) =>
    `The exporter of ${job} can't reach its database: on ${host}, \`docker ps -a --filter name=${job.replace(/^postgres_/, "")}\` shows whether it runs, and the exporter's log whether it refuses the password.`,

  github: (host: string) =>
    `The first poll comes within 10 minutes of a start. After that, \`docker logs alloy 2>&1 | grep -i github\` on ${host} shows why none does: for 401 there, \`npm run github-token\` stores a new token and \`pulumi up\` puts it on the host.`,

  repository: (repository: string) =>
    `GitHub is polled, but returns nothing for ${repository}: its name must be right and the token must cover it, which \`gh api repos/${repository}\` with that token shows.`,

  /** Of a host that must not poll GitHub, but does. */
  pollsToo: (host: string) =>
    `${host} polls GitHub although another host does: each poll counts twice against the token's 5,000 calls an hour. Check github.pollingHost of its stack, then \`pulumi up\`.`,
};
