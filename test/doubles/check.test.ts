import { describe, expect, it } from "vitest";
import { commandDouble } from "../../lab/doubles/command/main.ts";
import { dockerDouble } from "../../lab/doubles/docker/main.ts";
import { ResourceCalls } from "../../lab/doubles/engine/calls.ts";
import type { ResourceDouble } from "../../lab/doubles/engine/provider.ts";
import { type Bag, secret, UNKNOWN } from "../../lab/doubles/engine/values.ts";
import { accessPolicy } from "../../lab/doubles/grafana/policy.ts";
import { rotatingToken } from "../../lab/doubles/grafana/token.ts";

/** The properties that a check complains about. */
function faults<Client>(token: string, double: ResourceDouble<Client>, inputs: Bag): string[] {
  const urn = `urn:pulumi:s::p::${token}::name`;
  const { failures } = new ResourceCalls(token, double).check(urn, {}, inputs);
  return failures.map(({ property }) => property).sort();
}

const docker = (token: string, inputs: Bag) => {
  const double = dockerDouble.resources[token];
  if (!double) throw new Error(token);
  return faults(token, double, inputs);
};

const command = (token: string, inputs: Bag) => {
  const double = commandDouble.resources[token];
  if (!double) throw new Error(token);
  return faults(token, double, inputs);
};

const CONTAINER = "docker:index/container:Container";

describe("docker", () => {
  it.each<[Bag, string[]]>([
    [{ image: "i" }, []],
    [{}, ["image"]],
    [{ image: "i", comand: ["x"], enviroment: [] }, ["comand", "enviroment"]],
    [{ image: "i", mounts: [{ target: "/a", typ: "bind" }] }, ["mounts[0].typ", "mounts[0].type"]],
    [{ image: "i", healthcheck: { test: ["CMD"] } }, ["healthcheck.test", "healthcheck.tests"]],
    [{ image: "i", capabilities: { add: ["ALL"] } }, ["capabilities.add"]],
    [{ image: "i", restart: "sometimes" }, ["restart"]],
    [{ image: "i", uploads: [] }, ["uploads"]],
    [{ image: UNKNOWN, envs: [secret(UNKNOWN)] }, []],
  ])("a container of %j", (inputs, expected) => {
    expect(docker(CONTAINER, inputs)).toEqual(expected);
  });

  it("a network", () => {
    const inputs = { ipamConfigs: [{ subnet: "10.0.0.0/24", gatway: "10.0.0.1" }], intern: true };
    expect(docker("docker:index/network:Network", inputs)).toEqual([
      "intern",
      "ipamConfigs[0].gatway",
    ]);
  });

  it("names what has no name, and keeps that name", () => {
    const double = dockerDouble.resources["docker:index/network:Network"];
    if (!double) throw new Error("no network");
    const calls = new ResourceCalls("t", double);
    const urn = "urn:pulumi:s::p::t::net";
    const first = calls.check(urn, {}, {}).inputs;
    expect(first.name).toMatch(/^net-[0-9a-f]{7}$/);
    expect(calls.check(urn, first, {}).inputs).toEqual(first);
  });
});

describe("command", () => {
  it.each<[string, Bag, string[]]>([
    ["command:local:Command", { create: "true" }, []],
    ["command:local:Command", { command: "true", logging: "all" }, ["command", "logging"]],
    ["command:remote:Command", { create: "true" }, ["connection"]],
    [
      "command:remote:Command",
      { connection: secret({ port: 22, key: "k", proxy: { host: "h" } }) },
      ["connection.host", "connection.key", "connection.proxy"],
    ],
    [
      "command:remote:CopyToRemote",
      { connection: { host: "h" }, remotePath: "/x", source: { text: "t" } },
      ["source"],
    ],
  ])("%s with %j", (token, inputs, expected) => {
    expect(command(token, inputs)).toEqual(expected);
  });
});

describe("grafana", () => {
  const policy = { region: "r", scopes: ["metrics:write"] };

  it("a policy says which realm lacks its identifier", () => {
    const token = "grafana:cloud/accessPolicy:AccessPolicy";
    const check = (inputs: Bag) => faults(token, accessPolicy, inputs);
    expect(check({ ...policy, realms: [{ type: "stack" }] })).toEqual(["realms[0].identifier"]);
    expect(check({ ...policy, realms: [{ type: "team", identifier: "1" }] })).toEqual([
      "realms[0].type",
    ]);
  });

  it("a token's window can't be wider than its life", () => {
    const token = { accessPolicyId: "p", namePrefix: "n", region: "r" };
    const check = (expireAfter: string, earlyRotationWindow: string) =>
      faults("t", rotatingToken, { ...token, expireAfter, earlyRotationWindow });
    expect(check("24h", "1h30m")).toEqual([]);
    expect(check("1h", "24h")).toEqual(["earlyRotationWindow"]);
    expect(check("1 day", "1h")).toEqual(["expireAfter"]);
  });
});
