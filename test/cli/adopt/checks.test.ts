import { expect, test } from "vitest";
import { keepsNetworks, oldServiceFaults } from "../../../cli/adopt/checks.ts";
import { look, readLook } from "../../../cli/adopt/old-service.ts";
import { settings } from "../../../config/schema.ts";
import { completed } from "../../support/stack-files.ts";
import { lookOutput, oldContainer, oldHost } from "./support/found.ts";
import { record } from "./support/record.ts";

const stack = settings.parse(completed("svlnas"));
const texts = (found = oldHost()) =>
  oldServiceFaults(found, stack, "svlnas").map(
    ({ path, reason, fix }) => `${path}: ${reason} | ${fix}`,
  );

/** The host with one container changed. */
const withOne = (name: string, more: Parameters<typeof oldContainer>[1]) =>
  oldHost({
    containers: oldHost().containers.map((one) =>
      one.name === name ? oldContainer(name, more) : one,
    ),
  });

test("the compose service as the document describes it has no fault", () => {
  expect(texts()).toEqual([]);
});

test("containers that are not there, each", () => {
  const fix = "docker compose up -d, or `pulumi up` where there was no service";
  expect(texts(oldHost({ containers: [] }))).toEqual([
    `alloy: is not on the host: nothing of the compose service to adopt | ${fix}`,
    `alloy-docker-proxy: is not on the host: nothing of the compose service to adopt | ${fix}`,
    `alloy-init: is not on the host: nothing of the compose service to adopt | ${fix}`,
  ]);
});

test("a container of this program, or made by hand", () => {
  const labels = { "com.docker.compose.project": "alloy", "com.docker.compose.service": "alloy" };
  expect(texts(withOne("alloy", { labels }))).toEqual([
    "alloy: was not made by Docker Compose: it is this program's, or made by hand | `pulumi up` deploys to a host that has no compose service",
  ]);
});

test("a container of another project", () => {
  const labels = { "com.docker.compose.config-hash": "1", "com.docker.compose.project": "other" };
  expect(texts(withOne("alloy-init", { labels }))).toEqual([
    "alloy-init: belongs to the compose project other, alloy to alloy | adopt moves one project: rename or remove that container",
  ]);
});

test("a name that is wanted for what is put aside", () => {
  const aside = oldContainer("alloy-before-adopt");
  expect(texts(oldHost({ containers: [...oldHost().containers, aside] }))).toEqual([
    "alloy-before-adopt: is there, but no record of an adoption: its name is wanted | on the host, once it is not needed: docker rm alloy-before-adopt",
  ]);
});

test.each([
  [
    "/opt/alloy/data",
    "keeps its state in /opt/alloy/data, the stack in /mnt/vm-pool/apps/services/alloy/data | pulumi config set --stack svlnas --path 'grafana-alloy:host.directory' /opt/alloy",
  ],
  [
    "/opt/state",
    "keeps its state in /opt/state, the stack in /mnt/vm-pool/apps/services/alloy/data | docker compose down; mv /opt/state /mnt/vm-pool/apps/services/alloy/data; mount that in its place; docker compose up -d",
  ],
])("state in %s", (Source, text) => {
  const mounts = [{ Source, Destination: "/var/lib/alloy" }];
  expect(texts(withOne("alloy", { mounts }))).toEqual([`alloy: ${text}`]);
});

test("an agent whose state, label or user would not go on, all at once", () => {
  const other = { mounts: [], command: ["run"], hostLabel: "nas", user: "1000" };
  expect(texts(withOne("alloy", other))).toEqual([
    "alloy: keeps its state in no mount at /var/lib/alloy, the stack in /mnt/vm-pool/apps/services/alloy/data | mount /mnt/vm-pool/apps/services/alloy/data there; or docker compose down, then pulumi up: positions begin anew",
    "alloy: does not run with --storage.path=/var/lib/alloy/data, where the state is read | stop it, move what it has to data/data, and set that flag in the compose file",
    'HOSTNAME_OVERRIDE: sends as host "nas", the stack as "svlnas": all logs would be read again | pulumi config set --stack svlnas --path \'grafana-alloy:host.name\' nas',
    "alloy: runs as \"1000\", the stack's agent as 3125:3125, which could not read the state | pulumi config set --stack svlnas --path 'grafana-alloy:host.serviceAccount.uid' 1000 && pulumi config set --stack svlnas --path 'grafana-alloy:host.serviceAccount.gid' 1000",
  ]);
});

test("networks: none is fine, one of the two is not, nor another subnet or a way out", () => {
  expect(texts(oldHost({ networks: [] }))).toEqual([]);
  expect(keepsNetworks(oldHost({ networks: [] }))).toBe(false);
  expect(keepsNetworks(oldHost())).toBe(true);
  const [frontend, backend] = oldHost().networks;
  if (!frontend || !backend) throw new Error("no networks");
  expect(texts(oldHost({ networks: [frontend] }))).toEqual([
    "alloy-backend: is missing, while the other network of the service is there | on the host: docker network create --internal alloy-backend",
  ]);
  const other = { ...frontend, subnets: [{ Subnet: "172.18.0.0/16" }] };
  expect(texts(oldHost({ networks: [other, { ...backend, internal: false }] }))).toEqual([
    "alloy-frontend: has the subnet 172.18.0.0/16, the stack says 172.30.100.8/29 | pulumi config set --stack svlnas --path 'grafana-alloy:networks.frontendSubnet' 172.18.0.0/16",
    "alloy-backend: has a way out: it is not an internal network | make it `internal: true` in the compose file, docker compose up -d",
  ]);
});

test("directories that can't be written to", () => {
  expect(texts(oldHost({ unwritable: ["/srv/alloy"] }))).toEqual([
    "/srv/alloy: can't be written to by root without capabilities, as which files are installed | on the host, as root: chown root /srv/alloy",
  ]);
});

test("what the script says is read; what it says otherwise is refused", () => {
  const found = oldHost({ unwritable: ["/srv/alloy/."], record });
  expect(readLook(lookOutput(found))).toEqual({ ...found, unwritable: ["/srv/alloy"] });
  const text = `${lookOutput(found)}{"kind":"positions","base64":"cG9zaXRpb25zOiB7fQo="}\n`;
  expect(readLook(text).positions).toBe("positions: {}\n");
  expect(() => readLook('{"kind":"container"}')).toThrow();
  expect(() => readLook("")).not.toThrow();
});

test("looking asks for no environment but HOSTNAME_OVERRIDE: the rest holds passwords", () => {
  const script = look({ directory: "/srv/alloy", initImage: "busybox", user: "3125:3125" });
  expect(script.match(/Config\.Env/g)).toHaveLength(1);
  expect(script).toContain('{{if eq (index $v 0) "HOSTNAME_OVERRIDE"}}');
});
