import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { externalNetworks } from "../components/agent/external-networks.ts";
import { readStack } from "../config/parse.ts";
import { settings } from "../config/schema.ts";
import { policies } from "./policies.ts";
import { rules, stackRules } from "./rules.ts";

// The engine hands a pack the configuration of the stack that it looks at. What is wrong with it the program says.
const raw = readStack(pulumi.runtime.allConfig());
const postgres = settings.shape.postgres.safeParse(raw.postgres).data ?? [];

new PolicyPack("grafana-alloy", {
  enforcementLevel: "mandatory",
  policies: policies(rules, stackRules, externalNetworks({ postgres })),
});
