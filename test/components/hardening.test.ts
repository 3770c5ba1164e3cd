import { expect, test } from "vitest";
import { hardened, restartPolicy } from "../../components/agent/hardening.ts";

test("the baseline, exactly", () => {
  expect(hardened({ memory: 512, graceSeconds: 30 })).toEqual({
    readOnly: true,
    securityOpts: ["no-new-privileges=true"],
    capabilities: { drops: ["ALL"], adds: [] },
    memory: 512,
    memorySwap: 512,
    destroyGraceSeconds: 30,
  });
});

test("an exception adds its capability to none", () => {
  expect(hardened({ memory: 64, graceSeconds: 2, addCapabilities: ["CAP_CHOWN"] })).toEqual({
    ...hardened({ memory: 64, graceSeconds: 2 }),
    capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] },
  });
});

test("a container is restarted after a failure, three times, or always", () => {
  expect(restartPolicy("on-failure")).toEqual({ restart: "on-failure", maxRetryCount: 3 });
  expect(restartPolicy("unless-stopped")).toEqual({ restart: "unless-stopped" });
});
