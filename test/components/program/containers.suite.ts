import { beforeAll, describe, expect, test } from "vitest";
import { commandOf } from "../../support/commands.ts";
import type { ProgramRun } from "../../support/mock-program.ts";
import { stackRun } from "../../support/stack-runs.ts";

const stacks = [
  { stack: "svlnas", directory: "/mnt/vm-pool/apps/services/alloy", journal: "102" },
  { stack: "svlazext", directory: "/opt/apps/services/alloy", journal: "999" },
] as const;
const alloy = "alloy-container";
const proxy = "alloy-socket-proxy-container";
const init = "alloy-init-container";

describe.each(stacks)("on $stack", ({ stack, directory, journal }) => {
  let run: ProgramRun;
  beforeAll(async () => {
    run = await stackRun(stack);
  });
  const inputs = (name: string) => run.named(name).inputs;
  const containers = () => run.resources.filter(({ type }) => type.endsWith(":Container"));

  test("there are three containers", () => {
    expect(containers().map((found) => [found.name, found.inputs.name])).toEqual(
      expect.arrayContaining([
        [alloy, "alloy"],
        [proxy, "alloy-docker-proxy"],
        [init, "alloy-init"],
      ]),
    );
    expect(containers()).toHaveLength(3);
  });

  test.each([
    [alloy, 512, 30, []],
    [proxy, 50, 2, []],
    [init, 64, 2, ["CAP_CHOWN"]],
  ])(
    "%s: baseline, %d MB without swap, %d s to end, capabilities %j",
    (name, memory, grace, adds) => {
      expect(inputs(name)).toMatchObject({
        readOnly: true,
        securityOpts: ["no-new-privileges=true"],
        capabilities: { drops: ["ALL"], adds },
        memory,
        memorySwap: memory,
        destroyGraceSeconds: grace,
      });
    },
  );

  test("nothing is set that would open what the baseline closes", () => {
    const baseline = "capabilities destroyGraceSeconds image labels memory memorySwap name";
    const keys = (name: string) => Object.keys(inputs(name)).sort().join(" ");
    const sorted = (text: string) => text.split(" ").sort().join(" ");
    expect(keys(alloy)).toBe(
      sorted(
        `${baseline} readOnly securityOpts restart maxRetryCount command groupAdds mounts networksAdvanced tmpfs user volumes`,
      ),
    );
    expect(keys(proxy)).toBe(
      sorted(
        `${baseline} readOnly securityOpts restart maxRetryCount envs healthcheck mounts networksAdvanced tmpfs wait waitTimeout`,
      ),
    );
    expect(keys(init)).toBe(
      sorted(
        `${baseline} readOnly securityOpts restart attach command logs mounts mustRun networkMode`,
      ),
    );
  });

  test("exactly one container adds a capability", () => {
    const adding = containers().filter((found) => found.inputs.capabilities.adds.length > 0);
    expect(adding.map(({ name }) => name)).toEqual([init]);
  });

  test.each([
    ["alloy-pid-limit", alloy, 200],
    ["alloy-socket-proxy-pid-limit", proxy, 50],
    ["alloy-init-pid-limit", init, 50],
  ])("%s bounds %s to %d processes by its id", (name, container, limit) => {
    expect(commandOf(run.named(name))).toEqual({
      script: `docker update --pids-limit ${limit} id-of-${container}`,
      data: "",
      secret: false,
    });
  });

  test("alloy runs as the service account with the journal's group", () => {
    expect(inputs(alloy).user).toBe("3125:3125");
    expect(inputs(alloy).groupAdds).toEqual([journal]);
  });

  test("alloy and the proxy are restarted three times; each has one writable directory in memory", () => {
    for (const name of [alloy, proxy]) {
      expect(inputs(name)).toMatchObject({ restart: "on-failure", maxRetryCount: 3 });
    }
    expect(inputs(alloy).tmpfs).toEqual({ "/tmp": "" });
    expect(inputs(proxy).tmpfs).toEqual({ "/run": "" });
  });

  test("alloy mounts what it reads, and only the root with rslave", () => {
    const source = (from: string, target: string) => ({ type: "bind", source: from, target });
    expect(inputs(alloy).mounts).toEqual([
      { ...source(`${directory}/config`, "/etc/alloy"), readOnly: true },
      { ...source(`${directory}/secrets`, "/etc/alloy-secrets"), readOnly: true },
      source(`${directory}/data`, "/var/lib/alloy"),
      { ...source("/", "/host/rootfs"), readOnly: true, bindOptions: { propagation: "rslave" } },
      { ...source("/proc", "/host/proc"), readOnly: true },
      { ...source("/sys", "/host/sys"), readOnly: true },
      { ...source("/etc/machine-id", "/etc/machine-id"), readOnly: true },
    ]);
    expect(inputs(alloy).volumes).toEqual([
      { hostPath: "/var/log/journal", containerPath: "/var/log/journal", readOnly: true },
      { hostPath: "/run/log/journal", containerPath: "/run/log/journal", readOnly: true },
    ]);
  });

  test("only the proxy mounts the Docker socket, read-only", () => {
    const socket = "/var/run/docker.sock";
    const mounting = containers().filter((found) => JSON.stringify(found).includes("docker.sock"));
    expect(mounting.map(({ name }) => name)).toEqual([proxy]);
    expect(inputs(proxy).mounts).toEqual([
      { type: "bind", source: socket, target: socket, readOnly: true },
    ]);
    expect(inputs(proxy).volumes).toBeUndefined();
  });

  test("the proxy lets pass what Alloy asks for, nothing that changes anything, and is waited for", () => {
    expect(inputs(proxy).envs).toEqual([
      "CONTAINERS=1",
      "EVENTS=1",
      "INFO=1",
      "NETWORKS=1",
      "PING=1",
      "POST=0",
      "VERSION=1",
    ]);
    expect(inputs(proxy)).toMatchObject({
      healthcheck: {
        tests: ["CMD", "wget", "--spider", "-q", "http://localhost:2375/_ping"],
        interval: "5s",
        timeout: "5s",
        retries: 3,
      },
      wait: true,
      waitTimeout: 60,
    });
  });

  test("alloy-init runs once, gives the state away, and its end is waited for", () => {
    expect(inputs(init)).toMatchObject({
      command: "find /data -user 3125 -prune -o -exec chown -h 3125:3125 {} +".split(" "),
      networkMode: "none",
      restart: "no",
      attach: true,
      logs: true,
      mustRun: false,
    });
    expect(inputs(init).mounts).toEqual([
      { type: "bind", source: `${directory}/data`, target: "/data" },
    ]);
  });
});
