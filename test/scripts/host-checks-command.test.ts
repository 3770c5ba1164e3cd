// The program that an update starts, for real; ssh, Docker and the accounts are SIMULATED, see ../support/simulated-host.ts.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { requestOf } from "../checks/host/support/request.ts";
import type { SimulatedHost } from "../support/simulated-host.ts";
import { hostKey } from "../support/stack-files.ts";
import { checkedHost, JOURNAL_GID } from "./support/checked-host.ts";

let host: SimulatedHost;
let engine: Server;
beforeEach(async () => {
  host = checkedHost();
  engine = createServer().listen(join(host.root, "docker.sock"));
  await once(engine, "listening");
  host.write("host-keys", `svlnas ${hostKey}\n`);
});
afterEach(() => {
  engine.close();
  host[Symbol.dispose]();
});

/** A request with the GID that a journal of this test has. */
function request(change: Partial<ChecksRequest["host"]> = {}): ChecksRequest {
  const journal = { gid: JOURNAL_GID, path: "/var/log/journal" } as const;
  const given = requestOf();
  const dockerSocket = join(host.root, "docker.sock");
  return { ...given, host: { ...given.host, dockerSocket, journal, ...change } };
}

/** `last`: what the checks printed the last time. */
function run(request: ChecksRequest, last = "") {
  const script = join(import.meta.dirname, "../../checks/host/main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify({ request }),
    encoding: "utf8",
    env: { ...host.env, PULUMI_COMMAND_STDOUT: last },
  });
  return { status, stdout, stderr };
}

test("passes a host that has everything, and remembers its address", () => {
  expect(run(request())).toEqual({ status: 0, stdout: "svlnas", stderr: "" });
});

test("refuses another machine at a changed address", () => {
  const { status, stdout, stderr } = run(request(), "old.lan");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(
    "while the stack was deployed at old.lan: its tokens would remain there",
  );
});

test.each(["svlnas", ""])(
  "takes the machine with the agent at a changed address, where its label says %j",
  (stack) => {
    host.setAgent({ state: "running" });
    host.write("agent-stack", stack);
    expect(run(request(), "old.lan")).toEqual({ status: 0, stdout: "svlnas", stderr: "" });
  },
);

test("refuses a machine with another stack's agent at a changed address", () => {
  host.setAgent({ state: "running" });
  host.write("agent-stack", "svlazext");
  const { status, stderr } = run(request(), "old.lan");
  expect(status).toBe(1);
  expect(stderr).toContain("leads to a machine with the agent of the stack svlazext, while");
});

test("refuses a machine with another stack's agent at a first deployment", () => {
  host.setAgent({ state: "running" });
  host.write("agent-stack", "svlazext");
  const { status, stderr } = run(request());
  expect(status).toBe(1);
  expect(stderr).toContain(
    "host.connection.address: leads to a machine with the agent of the stack svlazext, where svlnas was never deployed",
  );
});

test.each(["svlnas", ""])(
  "takes a machine with an agent at a first deployment, as after a lost state, where its label says %j",
  (stack) => {
    host.setAgent({ state: "running" });
    host.write("agent-stack", stack);
    expect(run(request())).toEqual({ status: 0, stdout: "svlnas", stderr: "" });
  },
);

test("takes the machine of a stack that was renamed", () => {
  host.setAgent({ state: "running" });
  host.write("agent-stack", "nas");
  expect(run(request(), "svlnas")).toEqual({ status: 0, stdout: "svlnas", stderr: "" });
});

test("sees a route of the host into the frontend's subnet", () => {
  const header = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask";
  host.write("routes", `${header}\nwg0\t08641EAC\t00000000\t0001\t0\t0\t0\tF8FFFFFF\n`);
  const { status, stderr } = run(request());
  expect(status).toBe(1);
  expect(stderr).toContain(
    "networks.frontendSubnet: 172.30.100.8/29 is taken on svlnas by the route to 172.30.100.8/29 on wg0\n",
  );
});

test("fails with every fault of the host at once", () => {
  host.write("networks", "");
  host.write("passwd", "jellyfin:x:3125:3125::/:/bin/false\n");
  const { status, stdout, stderr } = run(request());
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe(`\
Host svlnas: 2 faults, nothing was changed.
  postgres[0].network: names the Docker network immich-backend, which does not exist on svlnas
    start the service that creates it, or on the host: docker network create --internal immich-backend
  host.prepare.account: UID 3125 belongs to the account jellyfin on the host, not to svc-app-alloy
    rename or renumber the one on the host, or set host.serviceAccount and host.prepare.account to it
`);
});

test("fails with one sentence where ssh fails, and with the key that was found", () => {
  host.write("ssh-error", "Host key verification failed.\n");
  host.write("host-keys", "svlnas ssh-ed25519 BBBB\n");
  const { status, stderr } = run(request());
  expect(status).toBe(1);
  expect(stderr).toContain(
    "Host svlnas: 1 fault, nothing was changed.\n  host.connection.hostKey: is not the key that svlnas presents, which is: ssh-ed25519 BBBB.",
  );
});

test("looks at this machine through its socket, without ssh", () => {
  host.write("ssh-error", "ssh is not asked\n");
  const connection = { type: "local", dockerSocket: "/run/docker.sock" } as const;
  expect(run(request({ connection }))).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("says so when the script breaks off on the host", () => {
  host.write("breaks-off", "");
  const { status, stderr } = run(request());
  expect(status).toBe(1);
  expect(stderr).toBe(`\
Host svlnas: 1 fault, nothing was changed.
  host: the checks were interrupted on the host (exit code 1): mktemp: No space left on device
    on the host, check that sh, awk, stat, mktemp and docker work for the SSH user
`);
});
