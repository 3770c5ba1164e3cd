// Docker and the accounts are SIMULATED here, see ../support/simulated-host.ts; the script runs in a real shell.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { faultsOf } from "../../checks/host/check.ts";
import { type Findings, parseFindings } from "../../checks/host/findings.ts";
import { rangeOfSubnet } from "../../checks/host/ipv4.ts";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { hostChecks } from "../../checks/host/rules.ts";
import { checksScript, dockerConfig } from "../../checks/host/script.ts";
import { requestOf } from "../checks/host/support/request.ts";
import type { SimulatedHost } from "../support/simulated-host.ts";
import { checkedHost, JOURNAL_GID, MACHINE_ID, onHost } from "./support/checked-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = checkedHost();
});
afterEach(() => host[Symbol.dispose]());

const atSocket = (name: string) => ({
  ...requestOf().host,
  dockerSocket: join(host.root, "run", name),
});

function look(change: Partial<ChecksRequest> = {}, password?: string): Findings {
  const request = requestOf({ host: atSocket("engine.sock"), ...change });
  const { status, stdout, stderr } = host.run(
    checksScript(request),
    dockerConfig(request.registry, password),
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return parseFindings(stdout);
}

const digest = `@sha256:${"0".repeat(64)}`;
const hardened: ChecksRequest["images"] = {
  ...requestOf().images,
  alloy: `dhi.io/alloy:1.16.0-debian13${digest}`,
};

test("finds what there is on a host", () => {
  const bridge = `bridge ${"a".repeat(64)} docker0 172.17.0.0/16`;
  const more = [
    "network-user\timmich-backend immich-db",
    "dead-end\timmich-backend",
    "internal\talloy-backend",
  ].join("\n");
  host.write("networks", `network\t${bridge}\n${host.read("networks")}${more}\n`);
  const found = look();
  expect(found).toEqual({
    clock: expect.any(Number),
    user: "root",
    rights: "root",
    docker: { version: "28.3.1", apiVersion: "1.51", platform: "linux/amd64" },
    engine: {
      memoryLimit: true,
      pidsLimit: true,
      rootDirectory: "/var/lib/docker",
      security: ["name=seccomp,profile=builtin", "name=cgroupns"],
    },
    socket: "missing",
    networks: [
      { name: "bridge", id: "a".repeat(64), bridge: "docker0", subnets: ["172.17.0.0/16"] },
      {
        name: "immich-backend",
        id: "b".repeat(64),
        bridge: "br-bbbbbbbbbbbb",
        subnets: ["172.18.0.0/16"],
      },
    ],
    networkUsers: [{ network: "immich-backend", container: "immich-db" }],
    internal: ["alloy-backend"],
    deadEnds: ["immich-backend"],
    routes: expect.any(Array),
    images: {
      alloy: { state: "present", said: "linux/amd64" },
      init: { state: "present", said: "linux/amd64" },
      socketProxy: { state: "present", said: "linux/amd64" },
    },
    mirrors: [],
    probe: "ok",
    machineId: MACHINE_ID,
    journals: expect.objectContaining({ "/var/log/journal": JOURNAL_GID }),
    journalGroup: JOURNAL_GID,
    space: { path: "/mnt/vm-pool/apps", bytes: expect.any(Number) },
    unmeasured: [],
    passwd: [],
    group: [],
  });
  expect(Math.abs((found.clock ?? 0) - Date.now() / 1000)).toBeLessThan(30);
  expect(found.space?.bytes).toBeGreaterThan(1e6);
});

test("sees what stands at the socket's path", async () => {
  const { dockerSocket } = atSocket("engine.sock");
  mkdirSync(dirname(dockerSocket));
  writeFileSync(join(dirname(dockerSocket), "file"), "");
  const engine = createServer().listen(dockerSocket);
  try {
    await once(engine, "listening");
    const seen = ["engine.sock", "file", "other.sock", "there/is/none.sock"].map(
      (name) => look({ host: atSocket(name) }).socket,
    );
    expect(seen).toEqual(["there", "other", "missing", "missing"]);
  } finally {
    engine.close();
  }
});

test("changes nothing: two bounded containers, which can only read, and the temporary files are gone", () => {
  host.write("networks", "");
  look();
  const bounded =
    "run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 50 " +
    "--memory 64m --tmpfs /tmp";
  const runs = host.calls().filter(([command]) => command === "run");
  expect(runs.map((run) => run.slice(0, -3).join(" ")).sort()).toEqual([
    `${bounded} --cap-add DAC_READ_SEARCH -v /:/host:ro,rslave init-image`,
    `${bounded} --user 3125:3125 -v /:/host:ro,rslave init-image`,
  ]);
  const changing = /^(create|start|pull|rm|network create|volume|update|cp|exec)/;
  for (const call of host.calls()) expect(call.join(" ")).not.toMatch(changing);
});

test("finds the file systems that Alloy's user can't measure, of those on disks that can be written to", () => {
  const mounts = [
    "/dev/sda1 / ext4 rw,relatime 0 0",
    "tank/data /mnt/tank/My\\040Data zfs rw,xattr 0 0",
    "tank/private /mnt/tank/private\\040data zfs rw,xattr 0 0",
    "tank/image /mnt/image squashfs ro 0 0",
    "tank/readonly /mnt/readonly ext4 ro,relatime 0 0",
    "shm /srv/docker/containers/abc/mounts/shm tmpfs rw 0 0",
    "tank/ix-apps /mnt/.ix-apps/docker zfs rw 0 0",
    "tank@auto /mnt/tank/.zfs/snapshot/auto zfs rw 0 0",
  ];
  onHost(host, "proc/1/mounts", `${mounts.join("\n")}\n`);
  onHost(host, "mnt/tank/My Data/file", "");
  expect(look().unmeasured).toEqual(["/mnt/tank/private data"]);
  const asked = host.calls().map((call) => call.join(" "));
  expect(asked).toContainEqual(
    expect.stringContaining("--user 3125:3125 -v /:/host:ro,rslave init-image"),
  );
});

test("Docker that does not answer is a finding, not an error", () => {
  host.write("docker-error", "Cannot connect to the Docker daemon. Is it running?");
  const found = look();
  expect(found.docker).toBeUndefined();
  expect(found.dockerError).toBe(
    "simulated docker: Cannot connect to the Docker daemon. Is it running?",
  );
  expect(found.rights).toBe("root");
});

test("a private / is told by Docker itself", () => {
  host.write("private-root", "");
  expect(look().probe).toContain("path / is mounted on / but it is not a shared or slave mount");
});

describe("images", () => {
  test.each<[string, string, object]>([
    ["in a registry", "open", { state: "pullable", said: "linux/amd64 linux/arm64" }],
    [
      "in a registry that is away",
      "lookup dhi.io: no such host",
      { state: "refused", said: expect.stringContaining("no such host") },
    ],
  ])("%s", (_where, registry, found) => {
    host.write("images", "init-image\nproxy-image\n");
    host.write("registry", registry);
    expect(look({ images: hardened }).images.alloy).toEqual(found);
    // By digest: the tag may have moved on.
    expect(host.calls().filter(([command]) => command === "manifest")).toEqual([
      ["manifest", "inspect", `dhi.io/alloy${digest}`],
    ]);
  });

  test("are asked for with the stack's login alone, which is in no argument", () => {
    const auth = Buffer.from("myaccount:dckr_pat_secret").toString("base64");
    host.write("registry", `login ${auth}`);
    expect(look({ images: hardened }).images.alloy).toEqual({
      state: "refused",
      said: "simulated docker: denied: log in first",
    });
    const registry = { address: "dhi.io", username: "myaccount" };
    const found = look({ images: hardened, registry }, "dckr_pat_secret");
    expect(found.images.alloy?.state).toBe("pullable");
    expect(host.read("calls")).not.toContain(auth);
    expect(host.read("calls")).not.toContain("dckr_pat_secret");
  });

  const alloyFault = (platforms: string) => {
    host.write("version", "28.3.1 1.51 linux/arm64\n");
    host.write("registry", "open");
    host.write("platforms", platforms);
    const found = look({ images: hardened });
    const checks = hostChecks(found, requestOf({ images: hardened }), { before: 0, after: 0 });
    return faultsOf(checks).find(({ path }) => path === "images.alloy");
  };

  test("for both platforms are well on arm64", () => {
    expect(alloyFault("amd64 arm64")).toBeUndefined();
  });

  test("an image for amd64 alone is refused on arm64, before it is pulled", () => {
    expect(alloyFault("amd64")).toEqual({
      path: "images.alloy",
      reason: `names dhi.io/alloy:1.16.0-debian13${digest}, which is built for linux/amd64; the host is linux/arm64`,
      fix: "name the digest of all platforms; the registry's page has it, or: docker buildx imagetools inspect dhi.io/alloy:1.16.0-debian13",
    });
  });

  test("an image for amd64 that an arm64 host has already shows its platform", () => {
    host.write("version", "28.3.1 1.51 linux/arm64\n");
    host.write("platform", "linux/amd64\n");
    expect(look().images.alloy).toEqual({ state: "present", said: "linux/amd64" });
  });

  test("of Docker Hub come through the engine's mirrors", () => {
    host.write("mirrors", "https://mirror.lan/ https://other.lan/ \n");
    expect(look().mirrors).toEqual(["https://mirror.lan/", "https://other.lan/"]);
  });
});

test("accounts that have the name or the ids are found, each once", () => {
  host.write(
    "passwd",
    "svc-app-alloy:x:3125:3125::/:/bin/false\njellyfin:x:3126:3126::/:/bin/false\n",
  );
  host.write("group", "media:x:3125:\n");
  const found = look();
  expect(found.passwd).toEqual([{ name: "svc-app-alloy", id: 3125 }]);
  expect(found.group).toEqual([{ name: "media", id: 3125 }]);
});

test.each([
  ["deploy", "sudo", true],
  ["deploy", "none", false],
])("rights of %s: %s", (user, rights, sudoers) => {
  host.write("user", user);
  if (sudoers) host.write("sudoers", "");
  expect(look()).toMatchObject({ user, rights });
});

test("what a login script prints is passed over, output without its end is refused", () => {
  const subnet = rangeOfSubnet("172.30.0.0/16");
  const output = "Welcome!\nroute\teno1 00001EAC 00000000 0000FFFF\nend\tof findings\n";
  expect(parseFindings(output).routes).toEqual([
    { interface: "eno1", range: subnet, direct: true },
  ]);
  expect(() => parseFindings("clock\t12\n")).toThrow(
    "The checks were interrupted before their end.",
  );
});
