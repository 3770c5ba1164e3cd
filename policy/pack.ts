import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { joinedNetworks } from "./joined-networks.ts";
import { policies } from "./policies.ts";
import { rules, stackRules } from "./rules.ts";

// The engine hands a pack the configuration of the stack that it looks at.
new PolicyPack("grafana-alloy", {
  enforcementLevel: "mandatory",
  policies: policies(rules, stackRules, joinedNetworks(pulumi.runtime.allConfig())),
});
