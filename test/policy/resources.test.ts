import { describe, expect, test } from "vitest";
import { type StackResource, types, unknown } from "../../policy/resource.ts";
import type { StackRule } from "../../policy/rule.ts";
import { accessPolicy } from "../../policy/rules/access-policies.ts";
import { imageDigest } from "../../policy/rules/images.ts";
import { pidLimit } from "../../policy/rules/limits.ts";
import { declaredNetwork } from "../../policy/rules/networks.ts";
import { plainSecret } from "../../policy/rules/secrets.ts";
import { container, resource } from "./support/resources.ts";

/** What a stack rule says, without the resources that it says it of. */
function said(rule: StackRule, resources: StackResource[], externalNetworks: string[] = []) {
  return rule.check({ resources, externalNetworks }).map(({ message }) => message);
}

test("an image is refused where it is pulled, too", () => {
  const [message] = imageDigest.check(resource(types.image, "alloy-image", { name: "alloy" }));
  expect(message).toContain("RemoteImage alloy-image: image alloy has no digest");
});

test("of commands on hosts a secret is refused in what the server is sent, not in standard input", () => {
  const command = (props: object) =>
    plainSecret.check(resource(types.remoteCommand, "files", { ...props }));
  const [variable] = command({ environment: { TOKEN: "abc" } });
  expect(variable).toContain("Command files: environment variable TOKEN holds a secret");
  const [create] = command({ create: "curl -H glc_abcdef" });
  expect(create).toContain("Command files: `create` holds a secret");
  expect(command({ create: "sh -euc x", stdin: "glc_abcdef", environment: unknown })).toEqual([]);
});

describe("pid-limit", () => {
  const command = (stdin: unknown, dependencies = ["alloy-container"]) =>
    resource(types.remoteCommand, "limit", { stdin }, dependencies);
  const refusal =
    "container alloy: has no PID limit, so a fork bomb in it takes the host down. Call `limitPids` of components/agent/pid-limit.ts with it.";

  test.each<[string, StackResource[], string[]]>([
    ["no command", [], [refusal]],
    ["one of another container", [command("docker update --pids-limit 50 x", ["b"])], [refusal]],
    ["one that does something else", [command("docker logs x")], [refusal]],
    ["one without a limit", [command("docker update --pids-limit -1 x")], [refusal]],
    ["one that sets it", [command("docker update --pids-limit 200 0123abcd\n#data\n")], []],
    ["one whose script only the update brings", [command(unknown)], []],
  ])("%s", (_what, others, messages) => {
    expect(said(pidLimit, [container(), ...others])).toEqual(messages);
  });
});

describe("declared-network", () => {
  const frontend = resource(types.network, "frontend", { name: "alloy-frontend" });
  const on = (...names: unknown[]) => ({ networksAdvanced: names.map((name) => ({ name })) });
  const refusal = (what: string) =>
    `container alloy: is on ${what}, which the stack does not declare. Remove it, create it in ` +
    "components/agent/agent-networks.ts, or name it in the stack's configuration (`postgres[].network`, `networks.existing`).";
  const immich = on("alloy-frontend", "immich-backend");
  const none = { networksAdvanced: undefined };

  test.each<[object, string[], string[]]>([
    // Neither the stack's nor named by it.
    [immich, [], [refusal("network immich-backend")]],
    [immich, ["immich-backend"], []],
    // A container that names none is on Docker's default network.
    [none, [], [refusal("Docker's default network")]],
    [{ ...none, networkMode: "none" }, [], []],
    [on(unknown), [], []],
    [{ networksAdvanced: unknown }, [], []],
  ])("of %j beside %j", (change, networks, messages) => {
    expect(said(declaredNetwork, [frontend, container({ ...change })], networks)).toEqual(messages);
  });
});

describe("access-policy", () => {
  const realms = [{ type: "stack", identifier: "4711" }];
  const policy = (scopes: unknown, given: unknown) =>
    accessPolicy.check(resource(types.accessPolicy, "policy", { scopes, realms: given }));
  const writes = ["metrics:write", "logs:write"];

  test.each([
    [[...writes, "traces:write"], "metrics:write, logs:write, traces:write"],
    [["metrics:write", "metrics:read"], "metrics:write, metrics:read"],
    [["accesspolicies:write"], "accesspolicies:write"],
    [[], "of nothing"],
  ])("refuses %j", (scopes, shown) => {
    expect(policy(scopes, realms)).toEqual([
      `AccessPolicy policy: has the scopes ${shown}. Set \`scopes\` to metrics:write and logs:write ` +
        "for a host, metrics:read and logs:read for verify.",
    ]);
  });

  test.each([
    [null],
    [[]],
    [[{ type: "org", identifier: "1" }]],
    [[{ type: "stack", identifier: "" }]],
    [[...realms, { type: "stack", identifier: "4712" }]],
  ])("refuses the realms %j", (given) => {
    expect(policy(["metrics:write"], given)).toEqual([
      "AccessPolicy policy: is not limited to one Grafana Cloud stack. " +
        'Set `realms` to [{ type: "stack", identifier: <id of the stack> }].',
    ]);
  });

  test.each([
    [writes, realms],
    [["logs:write"], realms],
    [["logs:read", "metrics:read"], [{ type: "stack", identifier: unknown }]],
    [unknown, unknown],
  ])("lets %j for %j pass", (scopes, given) => {
    expect(policy(scopes, given)).toEqual([]);
  });
});
