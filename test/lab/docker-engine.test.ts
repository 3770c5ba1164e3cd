import { describe, expect, it } from "vitest";
import { staleBridges } from "../../lab/docker-engine/bridge.ts";
import { undoing } from "../../lab/docker-engine/firewall.ts";
import { sharedAccordingTo } from "../../lab/docker-engine/probe.ts";
import { dockerClient } from "../../lab/docker-engine.ts";

describe("whether / is shared, from the engine's refusal to start the probe", () => {
  it("is when only the program is missing", () => {
    const message =
      'OCI runtime create failed: exec: "/nothing": stat /nothing: no such file or directory: unknown';
    expect(sharedAccordingTo(message)).toBe(true);
  });

  it("is not when the mount is refused", () => {
    const message = "path / is mounted on / but it is not a shared or slave mount";
    expect(sharedAccordingTo(message)).toBe(false);
  });

  it("is not guessed from any other fault", () => {
    expect(() => sharedAccordingTo("no space left on device")).toThrow(
      "can't start a container that mounts /: no space left on device",
    );
  });
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
