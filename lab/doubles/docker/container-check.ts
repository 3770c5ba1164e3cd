import type { CheckFailure } from "../engine/provider.ts";
import { checkNested } from "../engine/schema.ts";
import { bags } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { UNSUPPORTED } from "./container-schema.ts";

/** The objects within a container's inputs (types/input.d.ts of @pulumi/docker). */
const NESTED: Record<string, { inputs: string[]; required: string[] }> = {
  capabilities: { inputs: ["adds", "drops"], required: [] },
  devices: { inputs: ["containerPath", "hostPath", "permissions"], required: ["hostPath"] },
  healthcheck: {
    inputs: ["interval", "retries", "startInterval", "startPeriod", "tests", "timeout"],
    required: ["tests"],
  },
  hosts: { inputs: ["host", "ip"], required: ["host", "ip"] },
  labels: { inputs: ["label", "value"], required: ["label", "value"] },
  mounts: {
    inputs: [
      "bindOptions",
      "readOnly",
      "source",
      "target",
      "tmpfsOptions",
      "type",
      "volumeOptions",
    ],
    required: ["target", "type"],
  },
  networksAdvanced: {
    inputs: [
      "aliases",
      "driverOpts",
      "gwPriority",
      "ipv4Address",
      "ipv6Address",
      "linkLocalIps",
      "macAddress",
      "name",
    ],
    required: ["name"],
  },
  ports: { inputs: ["external", "internal", "ip", "protocol"], required: ["internal"] },
  ulimits: { inputs: ["hard", "name", "soft"], required: ["hard", "name", "soft"] },
  volumes: {
    inputs: [
      "containerPath",
      "fromContainer",
      "hostPath",
      "readOnly",
      "selinuxRelabel",
      "volumeName",
    ],
    required: [],
  },
};

/** The allowed texts of the real provider's validators. */
const PATTERNS: Record<string, RegExp> = {
  restart: /^(no|on-failure|always|unless-stopped)$/,
  cpuSet: /^\d+([,-]\d+)*$/,
};

/** Faults of single inputs, beside unknown and missing ones. */
export function checkContainer(inputs: Bag): CheckFailure[] {
  const unsupported = UNSUPPORTED.filter((key) => inputs[key] !== undefined).map((key) => ({
    property: key,
    reason: `the Docker double does not do "${key}"`,
  }));
  const nested = Object.entries(NESTED).flatMap(([key, schema]) => {
    const value = inputs[key];
    if (isBag(value)) return checkNested(key, value, schema);
    return bags(value).flatMap((item, index) => checkNested(`${key}[${index}]`, item, schema));
  });
  const patterns = Object.entries(PATTERNS)
    .filter(([key, pattern]) => typeof inputs[key] === "string" && !pattern.test(inputs[key]))
    .map(([key, pattern]) => ({
      property: key,
      reason: `"${inputs[key]}" doesn't match ${pattern.source}`,
    }));
  return [...unsupported, ...nested, ...patterns];
}
