import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { staleBridges } from "../../lab/docker-engine/bridge.ts";
import { rememberFirewall, undoing } from "../../lab/docker-engine/firewall.ts";
import { sharedIn } from "../../lab/docker-engine/probe.ts";
import { dockerClient } from "../../lab/docker-engine.ts";

it.each([
  ["25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/root rw", true],
  ["20 1 0:5 / /proc rw shared:9 - proc proc rw\n25 1 254:1 / / rw - ext4 /dev/root rw", false],
  ["25 1 254:1 / / rw master:1 - ext4 /dev/root rw", false],
])("whether / is a shared mount in %j: %j", (mounts, shared) => {
  expect(sharedIn(mounts)).toBe(shared);
});

it("an engine on another machine is refused, with what to do", () => {
  expect(() => dockerClient("tcp://10.0.0.1:2375")).toThrow("Unset DOCKER_HOST");
});

it("bridges of a killed engine are told from all others", () => {
  const at = (local: string) => [{ local }];
  const interfaces = [
    {},
    { ifname: "br-0123456789ab", addr_info: at("172.30.200.1") },
    { ifname: "br-ba9876543210", addr_info: at("172.18.0.1") },
    { ifname: "br-lan", addr_info: at("172.30.200.1") },
    { ifname: "alloylab0", addr_info: at("172.30.201.1") },
    { ifname: "br-00112233aabb", addr_info: [] },
  ];
  expect(staleBridges(interfaces)).toEqual(["br-0123456789ab"]);
});

it("the firewall's program is installed before its rules are noted", async () => {
  const need = async (command: string) => {
    throw new Error(`${command} is to be installed`);
  };
  const noted = rememberFirewall(join(tmpdir(), "firewall-of-no-lab.json"), need);
  await expect(noted).rejects.toThrow("iptables is to be installed");
});

describe("the firewall after dockerd", () => {
  const listing = [
    "-P FORWARD DROP",
    "-N DOCKER",
    "-N DOCKER-USER",
    "-N MINE",
    "-A FORWARD -j DOCKER-USER",
    "-A FORWARD -o alloylab0 -j DOCKER",
    "-A FORWARD -i alloylab0 ! -o alloylab0 -j ACCEPT",
    "-A FORWARD -i br0 -j MINE",
    "-A DOCKER-USER -j RETURN",
  ].join("\n");

  it("loses the lab's rules and the chains that came with them", () => {
    expect(undoing(listing, "alloylab0", true)).toEqual([
      ["-D", "FORWARD", "-j", "DOCKER-USER"],
      ["-D", "FORWARD", "-o", "alloylab0", "-j", "DOCKER"],
      ["-D", "FORWARD", "-i", "alloylab0", "!", "-o", "alloylab0", "-j", "ACCEPT"],
      ["-F", "DOCKER"],
      ["-F", "DOCKER-USER"],
      ["-X", "DOCKER"],
      ["-X", "DOCKER-USER"],
    ]);
  });

  it("keeps Docker's chains where another Docker had made them", () => {
    expect(undoing(listing, "alloylab0", false)).toEqual([
      ["-D", "FORWARD", "-o", "alloylab0", "-j", "DOCKER"],
      ["-D", "FORWARD", "-i", "alloylab0", "!", "-o", "alloylab0", "-j", "ACCEPT"],
    ]);
  });
});
