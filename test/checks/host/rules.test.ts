import { describe, expect, test } from "vitest";
import { type Check, faultsOf, hostFaultsMessage, stateOf } from "../../../checks/host/check.ts";
import type { Findings } from "../../../checks/host/findings.ts";
import { rangeOfRoute, rangeOfSubnet } from "../../../checks/host/ipv4.ts";
import type { ChecksRequest } from "../../../checks/host/request.ts";
import { hostChecks } from "../../../checks/host/rules.ts";
import { dockerAccess } from "../../../host-shell/preparation-commands.ts";
import { healthyFindings } from "./support/findings.ts";
import { requestOf } from "./support/request.ts";

const operator = { before: 990, after: 1010 };
const checks = (found: Findings, request = requestOf()) => hostChecks(found, request, operator);
const set = (path: string, value: string) =>
  `pulumi config set --stack svlnas --path 'grafana-alloy:${path}' ${value}`;

test("a host that has everything passes, and each check says what was found", () => {
  const all = checks(healthyFindings());
  expect(faultsOf(all)).toEqual([]);
  expect(all.map(({ check, found }) => [check, found])).toEqual([
    ["docker", "28.3.1, API 1.51"],
    ["platform", "linux/amd64"],
    ["limits", "memory, pids"],
    ["mounts", "/ is a shared mount"],
    ["socket", "/var/run/docker.sock"],
    ["image alloy", "on the host"],
    ["image init", "on the host"],
    ["image socketProxy", "on the host"],
    ["subnet", "172.30.100.8/29 is free"],
    ["network immich-backend", "exists"],
    ["machine id", "0123456789abcdef0123456789abcdef"],
    ["journal", "/var/log/journal, GID 102"],
    ["disk", "50.0 GB free at /mnt/vm-pool/apps/services/alloy"],
    ["file systems", "all can be measured"],
    ["clock", "as this machine's"],
    ["account", "svc-app-alloy 3125:3125"],
  ]);
});

test("the same machine at a changed address is no fault", () => {
  const all = checks(healthyFindings({ agent: "svlnas" }), requestOf({ movedFrom: "old.lan" }));
  expect(faultsOf(all)).toEqual([]);
});

/** What is found in place of the healthy; path and reason, and the fix, as the operator reads them. */
type Case = [Partial<Findings>, fault: string, fix: string, request?: Partial<ChecksRequest>];

const healthy = healthyFindings();
const network = (name: string, subnet: string) => ({
  name,
  id: "c".repeat(64),
  bridge: "br-cccccccccccc",
  subnets: [subnet],
});
const route = (device: string, destination: string, mask: string, direct = true) => ({
  interface: device,
  range: rangeOfRoute(destination, mask),
  direct,
});
const adopted = {
  externalNetworks: ["alloy-frontend", "alloy-backend"].map((network) => ({
    path: "networks.existing",
    network,
  })),
};
const engine = healthy.engine as NonNullable<Findings["engine"]>;
const digest = `@sha256:${"0".repeat(64)}`;
const hardened: ChecksRequest["images"] = {
  ...requestOf().images,
  alloy: `dhi.io/alloy:1.16.0${digest}`,
};
const fromDockerHub = { ...hardened, alloy: `grafana/alloy:v1.16.0${digest}` };
const otherSubnet = `${set("networks.frontendSubnet", "A.B.C.D/29")} (and the same in Traefik's allow list)`;
const setClock =
  "as root on the host: timedatectl set-ntp true (and see that this machine's clock is right)";
const refused = (said: string) => ({ ...healthy.images, alloy: { state: "refused", said } });

const cases: Record<string, Case> = {
  "Docker that the SSH user may not use": [
    {
      docker: undefined,
      dockerError:
        "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    },
    "docker: does not answer deploy; it said: Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    `as root on the host: ${dockerAccess("deploy", requestOf().host.prepare)}; then end its open SSH sessions`,
  ],
  "Docker that the SSH user of plain Linux may not use": [
    { docker: undefined, dockerError: "permission denied", passwd: [], group: [] },
    "docker: does not answer deploy; it said: permission denied",
    "as root on the host: usermod -aG docker deploy; then end its open SSH sessions",
    { host: { ...requestOf().host, prepare: undefined } },
  ],
  "Docker that is not installed": [
    { docker: undefined, dockerError: "sh: 27: docker: not found" },
    "docker: does not answer deploy; it said: sh: 27: docker: not found",
    "install Docker on the host, https://docs.docker.com/engine/install/",
  ],
  "Docker that does not run": [
    { docker: undefined, dockerError: "Cannot connect to the Docker daemon" },
    "docker: does not answer deploy; it said: Cannot connect to the Docker daemon",
    "as root on the host: systemctl start docker; on TrueNAS choose a pool in Apps first",
  ],
  "Docker that is too old": [
    { docker: { version: "19.03.15", apiVersion: "1.40", platform: "linux/amd64" } },
    "docker: is 19.03.15, older than 20.10",
    "update Docker on the host, https://docs.docker.com/engine/install/",
  ],
  "another machine at a changed address": [
    {},
    "host.connection.address: leads to a machine without a container alloy, while the stack was deployed at old.lan: its tokens would remain there",
    "set old.lan and its host key again, pulumi destroy --stack svlnas, then set the new ones; if that machine is lost, see docs/recovery.md",
    { movedFrom: "old.lan" },
  ],
  "another stack's machine at a changed address": [
    { agent: "svlazext" },
    "host.connection.address: leads to a machine with the agent of the stack svlazext, while the stack was deployed at old.lan: its tokens would remain there",
    "set old.lan and its host key again, pulumi destroy --stack svlnas, then set the new ones; if that machine is lost, see docs/recovery.md",
    { movedFrom: "old.lan" },
  ],
  "another platform": [
    { docker: { version: "28.0.0", apiVersion: "1.48", platform: "linux/arm" } },
    "docker: runs on linux/arm; the images are built for linux/amd64 and linux/arm64",
    "deploy to another host",
  ],
  "no memory limits": [
    { engine: { ...engine, memoryLimit: false } },
    "docker: can't limit memory of a container: the kernel's cgroup controllers are off",
    "add cgroup_enable=memory to the host's kernel command line and restart it",
  ],
  "Docker that says nothing of itself": [
    { engine: undefined },
    "docker: does not say what it can limit: docker info gives nothing",
    "on the host: docker info",
  ],
  "rootless Docker": [
    { engine: { ...engine, security: ["name=seccomp,profile=default", "name=rootless"] } },
    "docker: runs with rootless: Alloy's uid would not be the host's, so it could not read logs",
    "run the ordinary Docker engine on the host, without user namespaces",
  ],
  "private /": [
    {
      probe:
        "Error response from daemon: path / is mounted on / but it is not a shared or slave mount.",
    },
    "docker: has a / that is not a shared mount, so Alloy would not see disks mounted later",
    "as root on the host: mount --make-rshared / (systemd does so at boot)",
  ],
  "no socket where the settings have it": [
    { socket: "missing" },
    "host.dockerSocket: /var/run/docker.sock is not on the host",
    `on the host, find it: docker context inspect --format '{{.Endpoints.docker.Host}}'; then: ${set("host.dockerSocket", "/var/run/docker.sock")}`,
  ],
  "a directory in place of the socket, as Docker makes one of a mount's missing source": [
    { socket: "other" },
    "host.dockerSocket: /var/run/docker.sock is not a socket",
    `on the host, find it: docker context inspect --format '{{.Endpoints.docker.Host}}'; then: ${set("host.dockerSocket", "/var/run/docker.sock")}`,
  ],
  "a container that does not start": [
    { probe: "Error response from daemon: no space left on device" },
    "docker: can't start a container with the host's / mounted; it said: Error response from daemon: no space left on device",
    "on the host, see why: docker run --rm init-image true",
  ],
  "local image that is missing": [
    { images: refused("invalid reference format") },
    "images.alloy: names sha256:abc, which is not on the host",
    "docker save sha256:abc | ssh HOST docker load",
    { images: { ...requestOf().images, alloy: "sha256:abc" } },
  ],
  "hardened image without a login": [
    { images: refused("denied: requested access to the resource is denied") },
    "images.alloy: requires a login to dhi.io, which said: denied: requested access to the resource is denied",
    `${set("registry.address", "dhi.io")} && ${set("registry.username", "USER")} && ` +
      "pulumi config set --stack svlnas --secret grafana-alloy:registryPassword",
    { images: hardened },
  ],
  "hardened image with a dead token": [
    { images: refused("unauthorized: incorrect username or password") },
    "images.alloy: requires a login to dhi.io, which said: unauthorized: incorrect username or password",
    "enter an access token that may read it: pulumi config set --stack svlnas --secret grafana-alloy:registryPassword",
    { images: hardened, registry: { address: "dhi.io", username: "myaccount" } },
  ],
  "registry that can't be reached": [
    { images: refused("dial tcp: lookup dhi.io: no such host") },
    "images.alloy: can't be pulled: the host can't reach dhi.io: dial tcp: lookup dhi.io: no such host",
    "check that the host reaches https://dhi.io/v2/ (DNS, firewall, proxy)",
    { images: hardened },
  ],
  "wrong password, as the CLI words it": [
    { images: refused(`no such manifest: dhi.io/alloy${digest}`) },
    `images.alloy: is not at dhi.io, or not for this login; it said: no such manifest: dhi.io/alloy${digest}`,
    "compare the digest with the registry's page; if it is right: enter an access token that may read it: pulumi config set --stack svlnas --secret grafana-alloy:registryPassword",
    { images: hardened, registry: { address: "dhi.io", username: "myaccount" } },
  ],
  "pull limit of Docker Hub": [
    { images: refused("toomanyrequests: You have reached your unauthenticated pull rate limit.") },
    "images.alloy: can't be pulled now: the host has reached the pull limit of docker.io, which said: toomanyrequests: You have reached your unauthenticated pull rate limit.",
    `wait until it is lifted (Docker Hub: 6 hours at most), or use an account: on the host: docker login && docker pull grafana/alloy:v1.16.0${digest}`,
    { images: fromDockerHub },
  ],
  "Docker Hub that can't be reached": [
    { images: refused("") },
    "images.alloy: can't be pulled: the host can't reach docker.io: nothing within 30 s",
    "check that the host reaches https://registry-1.docker.io/v2/ (DNS, firewall, proxy)",
    { images: fromDockerHub },
  ],
  "registry with a fault of its own": [
    { images: refused("received unexpected HTTP status: 500 Internal Server Error") },
    "images.alloy: can't be pulled from dhi.io, which said: received unexpected HTTP status: 500 Internal Server Error",
    `see why, on the host: docker pull dhi.io/alloy:1.16.0${digest}`,
    { images: hardened },
  ],
  "image for another platform that is on the host": [
    { images: { ...healthy.images, alloy: { state: "present", said: "linux/arm64" } } },
    "images.alloy: names sha256:1, which is built for linux/arm64; the host is linux/amd64",
    "load one for linux/amd64: docker save sha256:1 | ssh HOST docker load",
    { images: { ...requestOf().images, alloy: "sha256:1" } },
  ],
  "subnet of another Docker network": [
    { networks: [...healthy.networks, network("media", "172.30.100.0/24")] },
    "networks.frontendSubnet: 172.30.100.8/29 is taken on svlnas by the Docker network media (172.30.100.0/24)",
    otherSubnet,
  ],
  "another subnet while others are in the network": [
    {
      networks: [...healthy.networks, network("alloy-frontend", "172.30.101.0/29")],
      networkUsers: ["alloy", "traefik", "homepage"].map((container) => ({
        network: "alloy-frontend",
        container,
      })),
    },
    "networks.frontendSubnet: is not the subnet of alloy-frontend on svlnas (172.30.101.0/29), which traefik, homepage would have to leave",
    "on the host: docker network disconnect alloy-frontend traefik && docker network disconnect alloy-frontend homepage; then: pulumi up --stack svlnas; then on the host: docker network connect alloy-frontend traefik && docker network connect alloy-frontend homepage",
  ],
  "an existing backend with a way out": [
    {
      networks: [
        network("alloy-frontend", "172.30.101.0/29"),
        network("alloy-backend", "172.21.0.0/16"),
      ],
      internal: ["immich-backend"],
    },
    "networks.existing: joins alloy-backend, which is not an internal network on svlnas: it has a way out",
    "on the host: docker rm -f alloy alloy-docker-proxy alloy-init; docker network rm alloy-backend && docker network create --internal alloy-backend; then: pulumi up --stack svlnas --refresh",
    adopted,
  ],
  "a database's network that takes Alloy's default route and leads nowhere": [
    {
      networks: [...healthy.networks, network("affine", "172.19.0.0/16")],
      deadEnds: ["affine", "zulip"],
    },
    "postgres[1].network: names affine, whose name sorts before alloy-frontend: it would take Alloy's default route on svlnas, and it lets nobody out (enable_ip_masquerade is false)",
    "recreate it with --internal, or under a name that sorts after alloy-frontend",
    {
      externalNetworks: [
        ...requestOf().externalNetworks,
        { path: "postgres[1].network", network: "affine" },
      ],
    },
  ],
  "subnet of the host itself": [
    // 172.30.0.0/16 on eno1.
    { routes: [route("eno1", "00001EAC", "0000FFFF")] },
    "networks.frontendSubnet: 172.30.100.8/29 is taken on svlnas by the route to 172.30.0.0/16 on eno1",
    otherSubnet,
  ],
  "subnet behind a gateway": [
    // 172.30.100.8/29 through a VPN.
    { routes: [route("wg0", "08641EAC", "F8FFFFFF", false)] },
    "networks.frontendSubnet: 172.30.100.8/29 is taken on svlnas by the route to 172.30.100.8/29 on wg0",
    otherSubnet,
  ],
  "wrong journal GID": [
    { journals: { "/var/log/journal": 999 }, journalGroup: 999 },
    "host.journal.gid: is 102, but on this host the group 999 reads the journal",
    set("host.journal.gid", "999"),
  ],
  "journal that is root's own, of another group than the stack says": [
    { journals: { "/var/log/journal": 0 }, journalGroup: 190 },
    "host.journal.gid: is 102, but on this host the group 190 reads the journal",
    set("host.journal.gid", "190"),
  ],
  "journal elsewhere": [
    { journals: { "/run/log/journal": 102 } },
    "host.journal.path: is /var/log/journal, but this host's journal is in /run/log/journal",
    set("host.journal.path", "/run/log/journal"),
  ],
  "no journal": [
    { journals: {} },
    "host.journal.path: /var/log/journal holds no journal of this machine",
    "as root on the host: systemctl restart systemd-journald; or remove journal from pipelines",
  ],
  "no machine id": [
    { machineId: "uninitialized" },
    "/etc/machine-id: is missing or empty on the host, and the journal's path contains it",
    "as root on the host: systemd-machine-id-setup",
  ],
  "full disk": [
    { space: { path: "/mnt/vm-pool/apps", bytes: 0.4e9 } },
    "host.directory: has 0.4 GB free under /mnt/vm-pool/apps/services/alloy; 1 GB is needed to keep what can't be sent for hours",
    "on the host, see what fills it: df -h /mnt/vm-pool/apps; docker system df",
  ],
  "clock ahead": [
    { clock: 1071 },
    "clock: is 61 s ahead of this machine's; samples and log lines get a wrong timestamp, or are refused",
    setClock,
  ],
  "clock behind": [
    { clock: 900 },
    "clock: is 90 s behind this machine's; samples and log lines get a wrong timestamp, or are refused",
    setClock,
  ],
  "account with another gid": [
    { group: [{ name: "svc-app-alloy", id: 3000 }] },
    "host.prepare.account: the group svc-app-alloy has GID 3000 on the host, not 3125",
    "rename or renumber the one on the host, or set host.serviceAccount and host.prepare.account to it",
  ],
};

test("file systems not measured are told, and stop no update", () => {
  const all = checks(healthyFindings({ unmeasured: ["/mnt/tank/private", "/home/a"] }));
  expect(faultsOf(all)).toEqual([]);
  const notice = all.find(({ check }) => check === "file systems") as Check;
  expect([stateOf(notice), notice.found, notice.fault?.reason]).toEqual([
    "warning",
    "2 without a size",
    "3125 can't enter the directories above /mnt/tank/private and 1 more: their free space can't be measured, and no alert will warn",
  ]);
});

test("a journal that is elsewhere, of another group: both are told", () => {
  const found = healthyFindings({ journals: { "/run/log/journal": 999 }, journalGroup: 999 });
  expect(faultsOf(checks(found)).map(({ fix }) => fix)).toEqual([
    set("host.journal.path", "/run/log/journal"),
    set("host.journal.gid", "999"),
  ]);
});

describe("a host that lacks something", () => {
  test.each(Object.entries(cases))("%s", (_kind, [found, fault, fix, request]) => {
    const all = checks(healthyFindings(found), requestOf(request));
    expect(hostFaultsMessage("svlnas", faultsOf(all))).toBe(
      `Host svlnas: 1 fault, nothing was changed.\n  ${fault}\n    ${fix}`,
    );
  });

  test("Docker that does not answer is one fault, not one for each thing asked of it", () => {
    const found = healthyFindings({
      docker: undefined,
      dockerError: "no",
      networks: [],
      images: {},
    });
    expect(faultsOf(checks(found)).map(({ path }) => path)).toEqual(["docker"]);
  });
});

const clean: [string, Partial<Findings>, Partial<ChecksRequest>?][] = [
  [
    "the subnet in the service's own network, by this program or by compose, and its route",
    {
      networks: [...healthy.networks, network("alloy-frontend", "172.30.100.8/29")],
      routes: [route("br-cccccccccccc", "08641EAC", "F8FFFFFF")],
    },
  ],
  [
    "a default route, a wider network behind a gateway, an IPv6 network",
    {
      routes: [
        route("eno1", "00000000", "00000000", false),
        route("wg0", "000010AC", "0000F0FF", false),
      ],
      networks: [...healthy.networks, network("six", "fd00::/64")],
    },
  ],
  ["60 s of clock skew", { clock: 1070 }],
  [
    "another subnet while nobody else is in the network",
    {
      networks: [...healthy.networks, network("alloy-frontend", "172.30.101.0/29")],
      networkUsers: [{ network: "alloy-frontend", container: "alloy" }],
    },
  ],
  [
    "the network of compose, which is joined as it is",
    {
      networks: [
        network("alloy-frontend", "172.30.101.0/29"),
        network("alloy-backend", "172.21.0.0/16"),
      ],
      networkUsers: [{ network: "alloy-frontend", container: "traefik" }],
      internal: ["alloy-backend"],
    },
    adopted,
  ],
  ["a network without a way out, by which Alloy does not go", { deadEnds: ["immich-backend"] }],
  [
    "Docker 20.10 on arm64",
    { docker: { version: "20.10.24+dfsg1", apiVersion: "1.41", platform: "linux/arm64" } },
  ],
  [
    "an image that can be pulled",
    {
      images: { ...healthy.images, alloy: { state: "pullable", said: "linux/amd64 linux/arm64" } },
    },
    { images: hardened },
  ],
  [
    "an image of init that the CLI is refused and the engine has run",
    { images: { ...healthy.images, init: { state: "refused", said: "toomanyrequests" } } },
  ],
  ["an SSH user without rights where everything is prepared", { rights: "none" }],
];

test.each(clean)("no fault: %s", (_what, found, request) => {
  expect(faultsOf(checks(healthyFindings(found), requestOf(request)))).toEqual([]);
});

test("an image of Docker Hub that the engine pulls through a mirror is left open", () => {
  const mirrors = ["https://mirror.lan/"];
  const found = healthyFindings({ images: refused("dial tcp: no route to host"), mirrors });
  const all = checks(found, requestOf({ images: fromDockerHub }));
  expect(faultsOf(all)).toEqual([]);
  expect(all).toContainEqual({
    check: "image alloy",
    found: "skipped: the engine pulls it through https://mirror.lan/",
    open: true,
  });
});

test("a registry in plain HTTP is left open: only the engine knows whether to trust it", () => {
  const images = refused("http: server gave HTTP response to HTTPS client");
  const all = checks(healthyFindings({ images }), requestOf({ images: hardened }));
  expect(faultsOf(all)).toEqual([]);
  expect(all.find(({ check }) => check === "image alloy")).toMatchObject({ open: true });
});

test("rights are asked for where something is to be made, with the commands for root", () => {
  const found = healthyFindings({ rights: "none", passwd: [], group: [] });
  const [fault] = faultsOf(checks(found));
  expect(fault?.path).toBe("host.prepare");
  expect(fault?.reason).toBe(
    "needs root, and deploy is neither root nor may use sudo without a password",
  );
  expect(fault?.fix).toContain(
    `midclt call group.create '{"name":"svc-app-alloy","gid":3125,"smb":false}' && midclt call user.create '`,
  );
});

test("subnets and routes as ranges", () => {
  expect(rangeOfSubnet("10.0.0.0/8")).toEqual({ first: 10 * 2 ** 24, last: 11 * 2 ** 24 - 1 });
  expect(rangeOfRoute("08641EAC", "F8FFFFFF")).toEqual(rangeOfSubnet("172.30.100.8/29"));
  expect(rangeOfSubnet("fd00::/64")).toBeUndefined();
});
