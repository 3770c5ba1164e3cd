import { type Diff, diffInputs, withChange } from "../engine/diff.ts";
import type { CheckFailure, TypeSchema } from "../engine/provider.ts";
import { refuseOthers } from "../engine/schema.ts";
import { bags, normaliseSets } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { FIELDS, LIMITS } from "./container-fields.ts";

/** Inputs that the real provider changes on a running container (`docker update`). */
export const UPDATED = ["restart", "maxRetryCount", ...LIMITS.map(({ input }) => input)];

/** Inputs that say what to do with a container; the daemon does not know them. */
const DEEDS = ["attach", "destroyGraceSeconds", "logs", "mustRun", "wait", "waitTimeout"];

/**
 * Inputs that the real provider takes over into the state without applying them: no ForceNew in its
 * schema, and not among what its update sends. `replaceOnChanges` in the program is the way out.
 */
const SILENT = [...DEEDS, "healthcheck", "init", "tmpfs"];

/** The part of `docker:index/container:Container` that this double does. */
export const containerSchema: TypeSchema = {
  inputs: [
    ...["name", "image", "restart", "maxRetryCount", "capabilities", "networksAdvanced"],
    ...DEEDS,
    ...FIELDS.map(({ input }) => input),
  ],
  computed: ["containerLogs", "exitCode", "networkDatas"],
  autoName: "name",
};

/** What it does of the objects within them. */
const NESTED: Record<string, string[]> = {
  capabilities: ["adds", "drops"],
  healthcheck: ["interval", "retries", "startPeriod", "tests", "timeout"],
  labels: ["label", "value"],
  mounts: ["bindOptions", "readOnly", "source", "target", "type"],
  networksAdvanced: ["aliases", "ipv4Address", "name"],
  volumes: ["containerPath", "hostPath", "readOnly"],
};

/** The allowed texts of the real provider's validators. */
const PATTERNS: Record<string, RegExp> = {
  restart: /^(no|on-failure|always|unless-stopped)$/,
  cpuSet: /^\d+([,-]\d+)*$/,
};

/** Faults of single inputs. */
export function checkContainer(inputs: Bag): CheckFailure[] {
  const nested = Object.entries(NESTED).flatMap(([key, known]) => {
    const value = inputs[key];
    if (isBag(value)) return refuseOthers(value, known, key);
    return bags(value).flatMap((item, index) => refuseOthers(item, known, `${key}[${index}]`));
  });
  const patterns = Object.entries(PATTERNS)
    .filter(([key, pattern]) => typeof inputs[key] === "string" && !pattern.test(inputs[key]))
    .map(([property, { source }]) => ({
      property,
      reason: `"${inputs[property]}" doesn't match ${source}`,
    }));
  return [...nested, ...patterns];
}

/** Defaults of the real provider's schema: giving one explicitly is no change. */
const DEFAULTS: Bag = {
  attach: false,
  logs: false,
  mustRun: true,
  networkMode: "bridge",
  readOnly: false,
  restart: "no",
  wait: false,
  waitTimeout: 60,
};

export function withDefaults(inputs: Bag): Bag {
  return { ...DEFAULTS, ...inputs };
}

const SETS = [
  "envs",
  "groupAdds",
  "labels",
  "mounts",
  "networksAdvanced",
  "securityOpts",
  "volumes",
];

function normalise(key: string, value: unknown): unknown {
  const given = value ?? DEFAULTS[key];
  if (key !== "capabilities" || !isBag(given)) return normaliseSets(given, SETS.includes(key));
  const { adds = [], drops = [] } = given;
  return { adds: normaliseSets(adds, true), drops: normaliseSets(drops, true) };
}

/** True of a state in which a container that must run was found stopped. */
export function isStopped(state: Bag): boolean {
  return state.mustRun === false;
}

/**
 * What a change of inputs means. A container whose create failed half way has no `networkDatas` in
 * its state: it is replaced. One that must run and was found stopped is updated, which starts it.
 */
export function diffContainer(olds: Bag, news: Bag, state: Bag): Diff {
  const diff = diffInputs(olds, news, {
    replaces: (key) => !UPDATED.includes(key) && !SILENT.includes(key),
    deleteBeforeReplace: true,
    normalise,
  });
  if (state.networkDatas === undefined) return withChange(diff, "networkDatas", true);
  const starts = isStopped(state) && !isStopped(news) && !diff.changed.includes("mustRun");
  return starts ? withChange(diff, "mustRun", false) : diff;
}
