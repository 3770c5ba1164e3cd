import type { Record } from "../../../../cli/adopt/record.ts";
import type { PlanArgs } from "../../../../cli/adopt/steps.ts";

export const ids = { alloy: "a".repeat(64), proxy: "b".repeat(64), init: "c".repeat(64) };

/** A compose service as the document describes it, in the order in which Docker lists it. */
export const record: Record = {
  version: 1,
  stack: "svlnas",
  phase: "moving",
  settings: ["limits", "networks"],
  containers: [
    {
      id: ids.init,
      name: "alloy-init",
      restart: { policy: "no", retries: 0 },
      running: false,
    },
    {
      id: ids.alloy,
      name: "alloy",
      restart: { policy: "on-failure", retries: 3 },
      running: true,
    },
    {
      id: ids.proxy,
      name: "alloy-docker-proxy",
      restart: { policy: "unless-stopped", retries: 0 },
      running: true,
    },
  ],
};

export const planArgs: PlanArgs = {
  record,
  changes: [
    { path: ["limits", "alloyMemory"], value: 768, variable: "MEM_LIMIT", secret: false },
    { path: ["networks", "existing"], value: true, secret: false },
  ],
  site: { directory: "/srv/alloy", initImage: "busybox" },
  images: ["busybox", "alloy:1@sha256:1"],
  resumed: false,
};
