import type { Props, StackResource } from "../../../policy/resource.ts";
import { types } from "../../../policy/resource.ts";
import type { Rule, StackRule } from "../../../policy/rule.ts";
import type { Registered } from "../../support/mock-program.ts";

/** A container that every rule lets pass; what a test changes is laid over it. */
export function container(change: Props = {}, provider?: Props): StackResource {
  const props = {
    name: "alloy",
    image: `docker.io/grafana/alloy:v1@sha256:${"a".repeat(64)}`,
    readOnly: true,
    securityOpts: ["no-new-privileges=true"],
    capabilities: { drops: ["ALL"], adds: [] },
    memory: 512,
    memorySwap: 512,
    user: "3125:3125",
    networksAdvanced: [{ name: "alloy-frontend" }],
    ...change,
  };
  return resource(types.container, "alloy-container", props, { ...(provider && { provider }) });
}

export function resource(
  type: string,
  name: string,
  props: Props,
  more: Partial<StackResource> = {},
): StackResource {
  return { type, name, props, dependencies: [], ...more };
}

/** What a rule says of a container with these inputs. */
export function said(rule: Rule, change: Props, provider?: Props): string[] {
  return rule.check(container(change, provider));
}

/** What a stack rule says, without the resources that it says it of. */
export function saidOf(
  rule: StackRule,
  resources: StackResource[],
  externalNetworks: string[] = [],
): string[] {
  return rule.check({ resources, externalNetworks }).map(({ message }) => message);
}

/** What a run of the program registered, as the engine hands it to a policy pack: secrets in plain. */
export function policyResources(registered: readonly Registered[]): StackResource[] {
  const inputs = (name?: string) => registered.find((other) => other.name === name)?.inputs;
  return registered.map(({ type, name, inputs: props, provider, dependsOn }) => ({
    type,
    name,
    props: plain(props) as Props,
    dependencies: dependsOn,
    ...(provider && { provider: plain(inputs(provider)) as Props }),
  }));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && "secret" in value) return plain(value.secret);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}
