import { createRequire } from "node:module";
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { expect, test } from "vitest";
import { policies } from "../../policy/policies.ts";
import type { Props } from "../../policy/resource.ts";
import { rules, stackRules } from "../../policy/rules.ts";
import { container } from "./support/resources.ts";

const pack = policies(rules, stackRules, ["immich-db"]);

/** Pulumi's proxy, which throws on touching what only the update brings. */
const { unknownCheckingProxy } = createRequire(import.meta.url)("@pulumi/policy/proxy.js") as {
  unknownCheckingProxy(props: Props): Props;
};

/** What stands in Pulumi's messages for a text that only the update brings. */
const later = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A container as Pulumi hands it to a policy. */
function handed(change: Props): PolicyResource {
  const { props, ...resource } = container(change);
  const proxied = { ...resource, props: unknownCheckingProxy(props), urn: "", dependencies: [] };
  return proxied as unknown as PolicyResource;
}

/** Names of the policies that report something of a container. */
function broken(props: Props): string[] {
  const found: string[] = [];
  for (const { name, ...policy } of pack) {
    if (!("validateResource" in policy)) continue;
    const [validate] = [policy.validateResource].flat();
    validate?.(handed(props) as never, () => found.push(name));
  }
  return found;
}

test("a resource that breaks rules is reported rule by rule", () => {
  const props = { privileged: true, readOnly: false, envs: ["API_TOKEN=abc"] };
  expect(broken(props)).toEqual(["no-privilege", "read-only-root", "no-secret-in-plain-sight"]);
});

test("what only the update brings does not keep a rule from the rest", () => {
  expect(broken({ image: later, securityOpts: later })).toEqual([]);
  const mounts = [{ source: later }, { source: "/run/docker.sock", target: "/s" }];
  expect(broken({ image: later, networksAdvanced: later, mounts })).toEqual(["docker-socket"]);
});

test("networks that the stack's configuration names are declared, others are not", () => {
  const { validateStack } = pack.find(
    ({ name }) => name === "declared-network",
  ) as StackValidationPolicy;
  const resources = ["immich-db", "outline-db"].map((name) =>
    handed({ networksAdvanced: [{ name }] }),
  );
  const found: string[] = [];
  validateStack({ resources } as never, (message) => found.push(message));
  expect(found).toEqual([expect.stringContaining("is on network outline-db, which")]);
});
