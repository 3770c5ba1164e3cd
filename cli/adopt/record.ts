import { z } from "zod";

/** The containers of the compose service, in the order in which they are stopped: the agent before its proxy. */
export const serviceNames = ["alloy", "alloy-docker-proxy", "alloy-init"] as const;

/** Name of a container while it is put aside. */
export function asideName(name: string): string {
  return `${name}-before-adopt`;
}

/** File in the service's directory on the host that says what was put aside. */
export const recordFile = "adopt.json";

const oldContainer = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.enum(serviceNames),
  /** Put aside, it must not start by itself: two agents would write to one state directory. */
  restart: z.strictObject({ policy: z.string(), retries: z.int().min(0) }),
  running: z.boolean(),
});

/**
 * What has to be known to continue an adoption or to take it back. Kept on the host, so that it is there
 * whatever becomes of the process or machine that began it.
 */
export const record = z.strictObject({
  version: z.literal(1),
  stack: z.string().min(1),
  /** `moving`: under way or broken off. `adopted`: proven; the old containers wait to be cleaned up. */
  phase: z.enum(["moving", "adopted"]),
  /** Settings that adopt gave the stack and that undoing removes. */
  settings: z.array(z.string()),
  containers: z.array(oldContainer),
});

export type Record = z.output<typeof record>;
export type OldContainer = z.output<typeof oldContainer>;
