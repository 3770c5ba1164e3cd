import { expect, test } from "vitest";
import { oldServiceFaults } from "../../../cli/adopt/checks.ts";
import { type Found, look, readLook } from "../../../cli/adopt/old-service.ts";
import { settings } from "../../../config/schema.ts";
import { completed } from "../../support/stack-files.ts";
import { lookOutput, oldContainer, oldHost, record } from "./support/found.ts";

const stack = settings.parse(completed("svlnas"));
const set = "pulumi config set --stack svlnas --path 'grafana-alloy:";
const data = "/mnt/vm-pool/apps/services/alloy/data";

/** The host with one container changed. */
const withOne = (name: string, more: Parameters<typeof oldContainer>[1]) => ({
  containers: oldHost().containers.map((one) =>
    one.name === name ? oldContainer(name, more) : one,
  ),
});
const project = (name: string) => ({ "com.docker.compose.project": name });
const absent = (name: string) =>
  `${name}: is not on the host: nothing of the compose service to adopt | docker compose up -d, or \`pulumi up\` where there was no service`;
const mountedFrom = (Source: string) =>
  withOne("alloy", { mounts: [{ Source, Destination: "/var/lib/alloy" }] });
const [frontend, backend] = oldHost().networks as [Found["networks"][0], Found["networks"][0]];

test.each<[string, Partial<Found>, string[]]>([
  ["the compose service as the document describes it", {}, []],
  ["no container", { containers: [] }, ["alloy", "alloy-docker-proxy", "alloy-init"].map(absent)],
  [
    "a container of this program, or made by hand",
    withOne("alloy", { labels: project("alloy") }),
    [
      "alloy: was not created by Docker Compose, but by this program or by hand | `pulumi up` deploys to a host that has no compose service",
    ],
  ],
  [
    "a container of another project",
    withOne("alloy-init", {
      labels: { "com.docker.compose.config-hash": "1", ...project("other") },
    }),
    [
      "alloy-init: belongs to the compose project other, alloy to alloy | adopt moves one project: rename or remove that container",
    ],
  ],
  [
    "a name that is wanted for what is set aside",
    { containers: [...oldHost().containers, oldContainer("alloy-before-adopt")] },
    [
      "alloy-before-adopt: exists, but there is no record of an adoption; its name is needed | on the host, if it is not needed: docker rm alloy-before-adopt",
    ],
  ],
  [
    "another directory",
    mountedFrom("/opt/alloy/data"),
    [
      `alloy: keeps its state in /opt/alloy/data, the stack in ${data} | ${set}host.directory' /opt/alloy`,
    ],
  ],
  [
    "another name of the state's directory",
    mountedFrom("/opt/state"),
    [
      `alloy: keeps its state in /opt/state, the stack in ${data} | docker compose down, move the state to ${data}, mount that in its place, docker compose up -d`,
    ],
  ],
  [
    "an agent that keeps no state, and has another label and user",
    withOne("alloy", { mounts: [], command: ["run"], hostLabel: "nas", user: "1000" }),
    [
      `alloy: keeps its state in no mount at /var/lib/alloy, the stack in ${data} | docker compose down, move the state to ${data}, mount that in its place, docker compose up -d`,
      "alloy: does not run with --storage.path=/var/lib/alloy/data, where the state is read | stop it, move what it has to data/data, and set that flag in the compose file",
      `HOSTNAME_OVERRIDE: sends as host "nas", the stack as "svlnas": all logs would be read again | ${set}host.name' nas`,
      `alloy: runs as "1000", the stack's agent as 3125:3125, which could not read the state | ${set}host.serviceAccount.uid' 1000 && ${set}host.serviceAccount.gid' 1000`,
    ],
  ],
  ["no networks", { networks: [] }, []],
  [
    "one network of the two",
    { networks: [frontend] },
    [
      "alloy-backend: is missing, while the other network of the service is there | docker network create --internal alloy-backend",
    ],
  ],
  [
    "another subnet, and a way out",
    {
      networks: [
        { ...frontend, subnets: [{ Subnet: "172.18.0.0/16" }] },
        { ...backend, internal: false },
      ],
    },
    [
      `alloy-frontend: has the subnet 172.18.0.0/16, the stack says 172.30.100.8/29 | ${set}networks.frontendSubnet' 172.18.0.0/16`,
      "alloy-backend: has a way out: it is not an internal network | make it `internal: true` in the compose file, docker compose up -d",
    ],
  ],
  [
    "a directory that can't be written to",
    { unwritable: ["/srv/alloy"] },
    [
      "/srv/alloy: can't be written to by root without capabilities, which installs the files | on the host, as root: chown root /srv/alloy",
    ],
  ],
])("%s", (_, more, texts) => {
  const faults = oldServiceFaults(oldHost(more), stack, "svlnas");
  expect(faults.map(({ path, reason, fix }) => `${path}: ${reason} | ${fix}`)).toEqual(texts);
});

test("what the script says is read; what it says otherwise is refused", () => {
  const found = oldHost({ unwritable: ["/srv/alloy"], record });
  expect(readLook(lookOutput(found))).toEqual(found);
  expect(() => readLook('{"container":{}}')).toThrow();
  expect(() => readLook('{"other":1}')).toThrow();
});

test("looking asks for no environment but HOSTNAME_OVERRIDE: the rest holds passwords", () => {
  const script = look({ directory: "/srv/alloy", initImage: "busybox" });
  expect(script.match(/Config\.Env/g)).toHaveLength(1);
  expect(script).toContain('{{if eq (index $v 0) "HOSTNAME_OVERRIDE"}}');
});
