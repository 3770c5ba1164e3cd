import { type Diff, type DiffRules, diffInputs } from "../engine/diff.ts";
import type { TypeSchema } from "../engine/provider.ts";
import { normaliseSets } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";

/** Inputs that the real provider changes on a running container (`docker update`). */
export const UPDATED = ["restart", "maxRetryCount", "cpuShares", "memory", "cpuSet", "memorySwap"];

/**
 * Inputs that the real provider takes over into the state without applying them: no ForceNew in its
 * schema, and not among what its update sends. `replaceOnChanges` in the program is the way out.
 */
const SILENT = [
  "attach",
  "containerReadRefreshTimeoutMilliseconds",
  "destroyGraceSeconds",
  "healthcheck",
  "init",
  "logs",
  "mustRun",
  "removeVolumes",
  "rm",
  "start",
  "tmpfs",
  "wait",
  "waitTimeout",
];

const REPLACING = [
  "capabilities",
  "command",
  "devices",
  "dns",
  "dnsOpts",
  "dnsSearches",
  "domainname",
  "entrypoints",
  "envs",
  "groupAdds",
  "hostname",
  "hosts",
  "image",
  "ipcMode",
  "labels",
  "logDriver",
  "logOpts",
  "mounts",
  "name",
  "networkMode",
  "networksAdvanced",
  "pidMode",
  "platform",
  "ports",
  "privileged",
  "publishAllPorts",
  "readOnly",
  "runtime",
  "securityOpts",
  "shmSize",
  "stdinOpen",
  "stopSignal",
  "stopTimeout",
  "storageOpts",
  "sysctls",
  "tty",
  "ulimits",
  "user",
  "usernsMode",
  "volumes",
  "workingDir",
];

/** Inputs of the SDK that this double does not do; it says so instead of ignoring them. */
export const UNSUPPORTED = [
  "cgroupParent",
  "cgroupnsMode",
  "cpuPeriod",
  "cpuQuota",
  "cpus",
  "deviceCgroupRules",
  "deviceReadBps",
  "deviceReadIops",
  "deviceRequests",
  "deviceWriteBps",
  "deviceWriteIops",
  "gpus",
  "memoryReservation",
  "uploads",
];

/** `docker:index/container:Container` of @pulumi/docker 5.2 (container.d.ts). */
export const containerSchema: TypeSchema = {
  inputs: [...UPDATED, ...SILENT, ...REPLACING, ...UNSUPPORTED],
  required: ["image"],
  computed: ["bridge", "containerLogs", "exitCode", "networkDatas"],
  autoName: "name",
};

/** Defaults of the real provider's schema: giving one explicitly is no change. */
const DEFAULTS: Bag = {
  attach: false,
  containerReadRefreshTimeoutMilliseconds: 15000,
  logs: false,
  mustRun: true,
  networkMode: "bridge",
  readOnly: false,
  removeVolumes: true,
  restart: "no",
  rm: false,
  start: true,
  stdinOpen: false,
  tty: false,
  wait: false,
  waitTimeout: 60,
};

export function withDefaults(inputs: Bag): Bag {
  return { ...DEFAULTS, ...inputs };
}

const SETS = [
  "devices",
  "dns",
  "dnsOpts",
  "dnsSearches",
  "envs",
  "groupAdds",
  "hosts",
  "labels",
  "mounts",
  "networksAdvanced",
  "securityOpts",
  "ulimits",
  "volumes",
];

function normalise(key: string, value: unknown): unknown {
  const given = value ?? DEFAULTS[key];
  if (key === "capabilities" && isBag(given)) {
    return {
      adds: normaliseSets(given.adds ?? [], true),
      drops: normaliseSets(given.drops ?? [], true),
    };
  }
  return normaliseSets(given, SETS.includes(key));
}

const rules: DiffRules = {
  replaces: (key) => !UPDATED.includes(key) && !SILENT.includes(key),
  deleteBeforeReplace: true,
  normalise,
};

/** True of a state in which a container that must run was found stopped. */
export function isStopped(state: Bag): boolean {
  return state.mustRun === false;
}

/**
 * What a change of inputs means. A container whose create failed half way has no `networkDatas` in
 * its state: it is replaced. One that must run and was found stopped is updated, which starts it.
 */
export function diffContainer(olds: Bag, news: Bag, state: Bag): Diff {
  const diff = diffInputs(olds, news, rules);
  if (state.networkDatas === undefined) return withChange(diff, "networkDatas", true);
  const starts = isStopped(state) && !isStopped(news) && !diff.changed.includes("mustRun");
  return starts ? withChange(diff, "mustRun", false) : diff;
}

function withChange(diff: Diff, key: string, replace: boolean): Diff {
  return {
    ...diff,
    changed: [...diff.changed, key],
    replaces: replace ? [...diff.replaces, key] : diff.replaces,
    paths: [...diff.paths, { path: key, kind: replace ? "add" : "update", replace }],
  };
}
