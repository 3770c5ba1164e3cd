import { expect, test } from "vitest";
import { externalNetworks } from "../../components/agent/external-networks.ts";
import { settings } from "../../config/schema.ts";
import type { Props, StackResource } from "../../policy/resource.ts";
import { rules, stackRules } from "../../policy/rules.ts";
import { completed, completedLocal } from "../support/stack-files.ts";
import { stackRun } from "../support/stack-runs.ts";

/** What a stack registers, as the engine hands it to a policy pack: secrets in plain. */
async function resourcesOf(stack: "svlnas" | "svlazext" | "local"): Promise<StackResource[]> {
  const { resources } = await stackRun(stack);
  return resources.map(({ type, name, inputs, dependsOn }) => ({
    type,
    name,
    props: plain(inputs) as Props,
    dependencies: dependsOn,
  }));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("secret" in value) return plain(value.secret);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** What all rules say of a stack, each with the rule's name. */
function findings(resources: StackResource[], networks: string[] = []): string[] {
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

test.each(["svlnas", "svlazext", "local"] as const)("%s breaks no rule", async (stack) => {
  const given = stack === "local" ? completedLocal() : completed(stack);
  const networks = externalNetworks(settings.parse(given));
  expect(findings(await resourcesOf(stack), networks)).toEqual([]);
});

test("a stack breaks a rule wherever one thing of it is changed", async () => {
  const resources = (await resourcesOf("svlazext"))
    .filter(({ name }) => name !== "alloy-pid-limit")
    .map((one) =>
      one.name === "alloy-container" ? { ...one, props: { ...one.props, readOnly: false } } : one,
    );
  const broken = findings(resources).map((finding) => finding.split(":")[0]);
  expect(broken).toEqual(["read-only-root", "pid-limit"]);
});

test("a network of another service that the configuration does not name is found", async () => {
  const [finding, ...others] = findings(await resourcesOf("svlnas"), ["immich-backend"]);
  expect(finding).toContain("declared-network: container alloy: is on network outline-backend,");
  expect(others).toEqual([]);
});
