import { describe, expect, test } from "vitest";
import { externalNetworks } from "../../components/agent/external-networks.ts";
import type { Settings } from "../../config/schema.ts";
import { isContainer, type StackResource, types } from "../../policy/resource.ts";
import { rules, stackRules } from "../../policy/rules.ts";
import { completed, completedLocal } from "../support/stack-files.ts";
import { stackRun } from "../support/stack-runs.ts";
import { policyResources } from "./support/resources.ts";

/** What all rules say of a stack, each with the rule's name. */
function findings(resources: StackResource[], networks: readonly string[]): string[] {
  const stack = { resources, externalNetworks: networks };
  return [
    ...rules.flatMap(({ name, check }) =>
      resources.flatMap((resource) => check(resource).map((message) => `${name}: ${message}`)),
    ),
    ...stackRules.flatMap(({ name, check }) =>
      check(stack).map(({ message }) => `${name}: ${message}`),
    ),
  ];
}

describe.each(["svlnas", "svlazext", "local"] as const)("%s, as the program makes it", (stack) => {
  const settings = stack === "local" ? completedLocal() : completed(stack);
  const networks = externalNetworks({
    postgres: (settings.postgres as Settings["postgres"]) ?? [],
  });
  const resources = async () => policyResources((await stackRun(stack)).resources);

  test("breaks no rule", async () => {
    expect(findings(await resources(), networks)).toEqual([]);
  });

  test("has what the rules look at", async () => {
    const all = await resources();
    expect(all.filter(isContainer)).toHaveLength(3);
    const policies = all.filter(({ type }) => type === types.accessPolicy);
    expect(policies).toHaveLength(stack === "local" ? 0 : 2);
  });

  test("breaks a rule wherever one thing of it is changed", async () => {
    const all = await resources();
    const changed = all.map((one) =>
      one.name === "alloy-container" ? { ...one, props: { ...one.props, readOnly: false } } : one,
    );
    const without = changed.filter(({ name }) => name !== "alloy-pid-limit");
    expect(findings(without, networks).map((finding) => finding.split(":")[0])).toEqual([
      "read-only-root",
      "pid-limit",
    ]);
  });
});

test("a network of another service that the configuration does not name is found", async () => {
  const resources = policyResources((await stackRun("svlnas")).resources);
  expect(findings(resources, ["immich-backend"])).toEqual([
    "declared-network: container alloy: is on network outline-backend, which the stack does not declare. " +
      "Remove it, create it in components/agent/agent-networks.ts, or name it in the stack's configuration (`postgres[].network`).",
  ]);
});

test("an image by its name is found as soon as its host is another machine", async () => {
  const resources = policyResources((await stackRun("local")).resources).map((resource) => ({
    ...resource,
    provider: { host: "ssh://root@svlnas:22" },
  }));
  const found = findings(resources, ["immich-backend", "outline-backend"]);
  expect(found).toHaveLength(3);
  expect(found[0]).toMatch(/^image-digest: container \S+: image lab\/\S+:1 has no digest/);
});

test("names and descriptions are all there and differ", () => {
  const all = [...rules, ...stackRules];
  expect(new Set(all.map(({ name }) => name)).size).toBe(11);
  expect(all.filter(({ description }) => !/^[A-Z].+\.$/.test(description))).toEqual([]);
});
