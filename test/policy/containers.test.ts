import { describe, expect, test } from "vitest";
import { unknown } from "../../policy/resource.ts";
import { dockerSocket, readOnlyRoot } from "../../policy/rules/files.ts";
import { memoryLimit, pidLimit } from "../../policy/rules/limits.ts";
import { capabilities, privileges } from "../../policy/rules/privileges.ts";
import { container, resource, said, saidOf } from "./support/resources.ts";

const baseline = "`hardened()` of components/agent/hardening.ts is the baseline.";

describe("no-privilege", () => {
  test.each([
    [{ privileged: true }, `is privileged. Remove \`privileged\`: ${baseline}`],
    [{ pidMode: "host" }, `shares the host's namespace (pidMode). Remove \`pidMode\`: ${baseline}`],
    [{ ipcMode: "host" }, `shares the host's namespace (ipcMode). Remove \`ipcMode\`: ${baseline}`],
    [
      { devices: [{ hostPath: "/dev/sda" }] },
      `has devices of the host. Remove \`devices\`: ${baseline}`,
    ],
    [
      { securityOpts: ["no-new-privileges=true", "seccomp=unconfined"] },
      `is not confined by seccomp, AppArmor or SELinux. Remove that from \`securityOpts\`: ${baseline}`,
    ],
    [
      { securityOpts: undefined },
      `may gain privileges through set-user-ID programs. Add "no-new-privileges=true" to \`securityOpts\`: ${baseline}`,
    ],
    [
      { securityOpts: ["no-new-privileges=false"] },
      `may gain privileges through set-user-ID programs. Add "no-new-privileges=true" to \`securityOpts\`: ${baseline}`,
    ],
  ])("refuses %j", (change, message) => {
    expect(said(privileges, change)).toEqual([`container alloy: ${message}`]);
  });

  test.each([{}, { privileged: false, devices: [], pidMode: "" }, { securityOpts: unknown }])(
    "lets %j pass",
    (change) => {
      expect(said(privileges, change)).toEqual([]);
    },
  );
});

describe("capability-reason", () => {
  test("refuses a capability without a reason, with and without its prefix", () => {
    const message = (name: string) =>
      `container alloy: adds ${name} without a reason. Remove it, or give its reason in \`exceptions\` of components/agent/hardening.ts.`;
    const adds = ["CAP_SYS_ADMIN", "NET_ADMIN"];
    expect(said(capabilities, { capabilities: { drops: ["ALL"], adds } })).toEqual([
      message("CAP_SYS_ADMIN"),
      message("CAP_NET_ADMIN"),
    ]);
  });

  test("refuses a reason that is another container's", () => {
    const chown = { drops: ["ALL"], adds: ["CAP_CHOWN"] };
    expect(said(capabilities, { name: "alloy-init", capabilities: chown })).toEqual([]);
    expect(said(capabilities, { name: "alloy", capabilities: chown })).toHaveLength(1);
  });

  test.each([undefined, {}, { drops: [] }, { drops: ["NET_RAW"] }])("refuses %j", (given) => {
    expect(said(capabilities, { capabilities: given })).toEqual([
      'container alloy: keeps Docker\'s default capabilities. Set `capabilities.drops` to ["ALL"].',
    ]);
  });

  test("lets none at all pass, and what is not yet known", () => {
    expect(said(capabilities, {})).toEqual([]);
    expect(said(capabilities, { capabilities: unknown })).toEqual([]);
    expect(said(capabilities, { capabilities: { drops: unknown } })).toEqual([]);
  });
});

describe("read-only-root", () => {
  test.each([false, undefined])("refuses %j", (readOnly) => {
    expect(said(readOnlyRoot, { readOnly })).toEqual([
      "container alloy: can write to its root file system. Set `readOnly` to true, and a `tmpfs` or a mount for what it has to write.",
    ]);
  });

  test("lets a read-only one pass, and one that the update tells", () => {
    expect(said(readOnlyRoot, {})).toEqual([]);
    expect(said(readOnlyRoot, { readOnly: unknown })).toEqual([]);
  });
});

describe("memory-limit", () => {
  test.each([undefined, 0, -1])("refuses %j MB", (memory) => {
    expect(said(memoryLimit, { memory })).toEqual([
      "container alloy: has no memory limit. Set `memory` and `memorySwap` in MB.",
    ]);
  });

  test.each([undefined, 1024, -1])("refuses swap of %j beside 512 MB", (memorySwap) => {
    expect(said(memoryLimit, { memorySwap })).toEqual([
      "container alloy: may swap, and the daemon will refuse to raise its memory limit. Set `memorySwap` to 512 as well.",
    ]);
  });

  test("lets 512 MB without swap pass, and what the update tells", () => {
    expect(said(memoryLimit, {})).toEqual([]);
    expect(said(memoryLimit, { memory: unknown })).toEqual([]);
    expect(said(memoryLimit, { memorySwap: unknown })).toEqual([]);
  });
});

describe("pid-limit", () => {
  const command = (stdin: unknown, dependencies = ["alloy-container"]) =>
    resource("command:remote:Command", "limit", { stdin }, { dependencies });
  const refusal = [
    "container alloy: has no PID limit, so a fork bomb in it takes the host along. Call `limitPids` of components/agent/pid-limit.ts with it.",
  ];

  test.each([
    ["no command", []],
    ["a command for another container", [command("docker update --pids-limit 50 x", ["other"])]],
    ["a command that does something else", [command("docker logs x")]],
    ["no limit at all", [command("docker update --pids-limit -1 x")]],
  ])("refuses %s", (_, others) => {
    expect(saidOf(pidLimit, [container(), ...others])).toEqual(refusal);
  });

  test.each([
    ["a command that sets it", "docker update --pids-limit 200 0123abcd\n#data\n"],
    ["one whose script only the update brings", unknown],
  ])("lets %s pass", (_, stdin) => {
    expect(saidOf(pidLimit, [container(), command(stdin)])).toEqual([]);
  });
});

describe("docker-socket", () => {
  const mount = (source: string, more = {}) => ({ type: "bind", source, target: source, ...more });
  const proxy = {
    name: "alloy-docker-proxy",
    user: undefined,
    envs: ["CONTAINERS=1", "POST=0"],
    mounts: [mount("/var/run/docker.sock", { readOnly: true })],
  };
  const elsewhere =
    "container alloy: mounts the Docker socket, which makes it root on the host. Let it ask the socket proxy, tcp://alloy-docker-proxy:2375.";

  test.each([
    [{ mounts: [mount("/var/run/docker.sock", { readOnly: true })] }],
    [{ mounts: [{ type: "bind", source: "/srv/x", target: "/run/docker.sock" }] }],
    [{ volumes: [{ hostPath: "/run/docker.sock", containerPath: "/s" }] }],
  ])("refuses %j", (change) => {
    expect(said(dockerSocket, change)).toEqual([elsewhere]);
  });

  test("lets the proxy have it, read-only and for reading", () => {
    expect(said(dockerSocket, proxy)).toEqual([]);
    expect(said(dockerSocket, { ...proxy, mounts: [mount("/run/docker.sock")] })).toEqual([
      "container alloy-docker-proxy: mounts the Docker socket writable. Set `readOnly` on that mount.",
    ]);
    expect(said(dockerSocket, { ...proxy, envs: ["POST=1"] })).toEqual([
      "container alloy-docker-proxy: passes requests on that change things. Set POST=0 in its `envs`.",
    ]);
  });

  test.each(["/", "/run", "/var/run/"])("refuses root with %s", (source) => {
    const change = { mounts: [mount(source, { readOnly: true })] };
    const shown = source === "/var/run/" ? "/var/run" : source;
    const refusal = [
      `container alloy: is root and mounts ${shown}, in which the Docker socket lies. Set \`user\` to one that may not open it, or mount less.`,
    ];
    expect(said(dockerSocket, { ...change, user: undefined })).toEqual(refusal);
    expect(said(dockerSocket, { ...change, user: "0:3125" })).toEqual(refusal);
    expect(said(dockerSocket, change)).toEqual([]);
  });
});
