import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GrafanaCloud } from "../../lab/doubles/grafana-cloud.ts";
import type { GrafanaSeed } from "../../lab/doubles/grafana-types.ts";
import { SimulatedStore } from "../../lab/doubles/simulated-store.ts";

const seed: GrafanaSeed = {
  bootstrapTokens: ["full", { token: "narrow", scopes: ["stacks:read"] }],
  stacks: [
    {
      slug: "home",
      id: "1",
      regionSlug: "eu",
      prometheusRemoteWriteEndpoint: "",
      prometheusRemoteEndpoint: "https://prometheus.example.com/api/prom",
      prometheusUserId: 1,
      logsUrl: "",
      logsUserId: 2,
      url: "",
    },
  ],
};

const policy = {
  name: "p",
  displayName: "p",
  region: "eu",
  scopes: ["metrics:write"],
  realms: [{ type: "stack", identifier: "1" }],
};

function cloud(file?: string): GrafanaCloud {
  return new GrafanaCloud(new SimulatedStore(seed, { policies: [], tokens: [] }, file));
}

describe("the simulated Grafana Cloud", () => {
  it("refuses unknown tokens and missing scopes", () => {
    expect(() => cloud().authorise("other", "stacks:read")).toThrow("401 Unauthorized");
    expect(() => cloud().authorise(undefined, "stacks:read")).toThrow("401 Unauthorized");
    expect(() => cloud().authorise("narrow", "accesspolicies:write")).toThrow("403 Forbidden");
    expect(() => cloud().authorise("full", "accesspolicies:write")).not.toThrow();
  });

  it.each([
    [{ scopes: ["metrics:fly"] }, "Unknown scope metrics:fly"],
    [{ scopes: [] }, "At least one scope"],
    [{ region: "mars" }, "Unknown region mars"],
    [{ realms: [{ type: "stack", identifier: "9" }] }, "does not exist"],
  ])("refuses a policy with %j", (change, message) => {
    expect(() => cloud().createPolicy({ ...policy, ...change })).toThrow(message);
  });

  it("refuses a name that is taken", () => {
    const one = cloud();
    one.createPolicy(policy);
    expect(() => one.createPolicy(policy)).toThrow("409 Conflict");
  });

  it("keeps policies and tokens in its file, but no token itself", () => {
    const file = join(mkdtempSync(join(tmpdir(), "cloud-")), "state.json");
    const one = cloud(file);
    const { id } = one.createPolicy(policy);
    const wanted = { region: "eu", accessPolicyId: id, name: "t-1", displayName: "t" };
    const { token, secret } = one.createToken({ ...wanted, expiresAt: "2030-01-01T00:00:00Z" });
    expect(secret).toMatch(/^glc_/);
    expect(readFileSync(file, "utf8")).not.toContain(secret);
    expect(cloud(file).token(token.id)?.name).toBe("t-1");
    cloud(file).deletePolicy(id);
    expect(cloud(file).token(token.id)).toBeUndefined();
  });
});
