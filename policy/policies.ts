import {
  type Policies,
  type ResourceValidationPolicy,
  type PolicyResource as SdkResource,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { type Props, type StackResource, unknown } from "./resource.ts";
import type { Rule, StackRule } from "./rule.ts";

/** The rules in the form that Pulumi's policy server takes. */
export function policies(
  rules: readonly Rule[],
  stackRules: readonly StackRule[],
  externalNetworks: readonly string[],
): Policies {
  return [
    ...rules.map(resourcePolicy),
    ...stackRules.map((rule) => stackPolicy(rule, externalNetworks)),
  ];
}

function resourcePolicy({ name, description, check }: Rule): ResourceValidationPolicy {
  return {
    name,
    description,
    validateResource: ({ type, name, props }, report) => {
      for (const message of check({ type, name, props: known(props) })) report(message);
    },
  };
}

function stackPolicy(
  { name, description, check }: StackRule,
  externalNetworks: readonly string[],
): StackValidationPolicy {
  return {
    name,
    description,
    validateStack: ({ resources }, report) => {
      const urns = new Map<StackResource, string>();
      for (const resource of resources) urns.set(stackResource(resource), resource.urn);
      for (const { resource, message } of check({
        resources: [...urns.keys()],
        externalNetworks,
      })) {
        report(message, urns.get(resource));
      }
    },
  };
}

function stackResource({ type, name, props, dependencies }: SdkResource): StackResource {
  return { type, name, props: known(props), dependencies: dependencies.map((other) => other.name) };
}

/**
 * A copy in which what the preview can't know is `unknown`. Pulumi hands rules a proxy that throws on touching
 * such a value, and then drops the whole policy for that resource with a mere warning.
 */
function known(props: Props): Props {
  return Object.fromEntries(Object.keys(props).map((key) => [key, valueAt(props, key)]));
}

function valueAt(holder: Props | unknown[], key: string | number): unknown {
  try {
    const value = (holder as Props)[key];
    if (Array.isArray(value))
      return Array.from({ length: value.length }, (_, index) => valueAt(value, index));
    return typeof value === "object" && value !== null ? known(value as Props) : value;
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}
