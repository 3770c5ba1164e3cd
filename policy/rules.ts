import type { Rule, StackRule } from "./rule.ts";
import { accessPolicy } from "./rules/access-policies.ts";
import { dockerSocket, readOnlyRoot } from "./rules/files.ts";
import { imageDigest } from "./rules/images.ts";
import { memoryLimit, pidLimit } from "./rules/limits.ts";
import { declaredNetwork, publishedPort } from "./rules/networks.ts";
import { capabilities, privileges } from "./rules/privileges.ts";
import { plainSecret } from "./rules/secrets.ts";

/** Asked of each resource before it is changed. */
export const rules: readonly Rule[] = [
  imageDigest,
  privileges,
  capabilities,
  readOnlyRoot,
  memoryLimit,
  dockerSocket,
  plainSecret,
  publishedPort,
  accessPolicy,
];

/** Asked of all resources together, at the end of a preview or an update. */
export const stackRules: readonly StackRule[] = [pidLimit, declaredNetwork];
