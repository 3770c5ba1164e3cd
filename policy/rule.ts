import type { PolicyResource, StackResource } from "./resource.ts";

/** Something that no resource may be, told by the resource alone. */
export interface Rule {
  /** Name under which the engine reports it. */
  name: string;
  /** What is asked, in one sentence. */
  description: string;
  /** What is wrong with a resource, each with where and how to fix it; nothing for what it does not concern. */
  check(resource: PolicyResource): string[];
}

/** A stack as rules see it. */
export interface PolicyStack {
  resources: readonly StackResource[];
  /** Networks of other services that the stack's configuration names. */
  externalNetworks: readonly string[];
}

/** What is wrong with one resource. */
interface Finding {
  resource: StackResource;
  message: string;
}

/** Something that a resource may only be beside certain others. */
export interface StackRule {
  name: string;
  description: string;
  check(stack: PolicyStack): Finding[];
}
