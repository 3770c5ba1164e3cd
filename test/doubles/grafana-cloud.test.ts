import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { GrafanaClient } from "../../lab/doubles/grafana/client.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../lab/doubles/grafana/cloud-token.ts";
import { home } from "../support/cloud-seed.ts";
import { simulatedGrafana } from "../support/simulated-grafana.ts";

const bootstrap = cloudToken("bootstrap", "eu");
const narrow = cloudToken("narrow", "eu");
const dead = cloudToken("dead", "eu");

let open: SimulatedGrafana[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

async function served(file?: string) {
  const seeded = [
    { token: bootstrap },
    { token: narrow, scopes: ["stacks:read"] },
    { token: dead, expiresAt: "2026-01-01T00:00:00Z" },
  ];
  const simulated = await simulatedGrafana(seeded, file);
  open.push(simulated);
  const client = (token = bootstrap) => new GrafanaClient(simulated.url, token);
  return { simulated, client };
}

const policy = {
  name: "p",
  displayName: "P",
  scopes: ["metrics:write"],
  realms: [{ type: "stack", identifier: `${home.id}` }],
};
const policies = "/v1/accesspolicies?region=eu";
const tokens = "/v1/tokens?region=eu";

describe("the simulated Grafana Cloud", () => {
  it.each([
    ["unknown", cloudToken("other", "eu"), "401 Unauthorized", "Token invalid"],
    ["no token at all", "secret", "401 Unauthorized", "Token could not be parsed"],
    ["ended", dead, "401 Unauthorized", "Token expired"],
    ["without the scope", narrow, "403 Forbidden", "You do not have permission"],
  ])("refuses a token that is %s", async (_, token, status, message) => {
    const { client } = await served();
    const said = client(token).get(policies);
    await expect(said).rejects.toThrow(status);
    await expect(said).rejects.toThrow(message);
  });

  it("tells a stack's addresses and users, as the instance has them", async () => {
    const { client } = await served();
    expect(await client(narrow).get("/instances/home")).toMatchObject(home);
    expect(await client(narrow).find("/instances/nope")).toBeUndefined();
  });

  it.each([
    [{ scopes: ["metrics:fly"] }, "Unknown scope metrics:fly"],
    [{ scopes: [] }, "At least one scope"],
    [{ realms: [{ type: "stack", identifier: "9" }] }, "does not exist"],
  ])("refuses a policy with %j", async (change, message) => {
    const { client } = await served();
    await expect(client().post(policies, { ...policy, ...change })).rejects.toThrow(message);
  });

  it("refuses a region that it has not, or none", async () => {
    const { client } = await served();
    await expect(client().get("/v1/accesspolicies?region=mars")).rejects.toThrow("Unknown region");
    await expect(client().get("/v1/accesspolicies")).rejects.toThrow("region is required");
  });

  it("has a policy and its tokens in one region alone", async () => {
    const { client } = await served();
    const { id } = await client().post(policies, policy);
    expect(await client().find(`/v1/accesspolicies/${id}?region=us`)).toBeUndefined();
    const token = { accessPolicyId: id, name: "t-1", displayName: "t" };
    await expect(client().post("/v1/tokens?region=us", token)).rejects.toThrow("404 Not Found");
  });

  it("refuses a name that is taken", async () => {
    const { client } = await served();
    await client().post(policies, policy);
    await expect(client().post(policies, policy)).rejects.toThrow("409 Conflict");
  });

  it("lists tokens and policies by name, bootstrap tokens among them; no ended one, and never a token itself", async () => {
    const { client } = await served();
    const { items } = (await client().get(`${tokens}&name=narrow`)) as { items: object[] };
    expect(items).toMatchObject([{ name: "narrow", accessPolicyId: "bootstrap-1" }]);
    const all = JSON.stringify([await client().get(tokens), await client().get(policies)]);
    expect(all).toContain('"scopes":["stacks:read"]');
    for (const secret of [bootstrap, narrow, dead, "sha256"]) expect(all).not.toContain(secret);
    const left = (await client().get(tokens)) as { items: { name: string }[] };
    expect(left.items.map(({ name }) => name)).toEqual(["bootstrap", "narrow"]);
  });

  it("keeps policies and tokens in its file, but no token itself; a policy takes its tokens along", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "cloud-")), "state.json");
    const { client, simulated } = await served(file);
    const { id } = await client().post(policies, policy);
    const token = { accessPolicyId: id, name: "t-1", displayName: "t" };
    const made = await client().post(tokens, token);
    expect(made.token).toMatch(/^glc_/);
    expect(readFileSync(file, "utf8")).not.toContain(made.token);
    expect(simulated.cloud.takes(`${made.token}`, "metrics:write")).toBe(true);
    expect(simulated.cloud.takes(`${made.token}`, "logs:write")).toBe(false);
    const again = await served(file);
    await again.client().delete(`/v1/accesspolicies/${id}?region=eu`);
    expect(again.simulated.cloud.takes(`${made.token}`, "metrics:write")).toBe(false);
  });
});

describe("told to misbehave", () => {
  it("answers with errors as often as told, and tells how long to wait", async () => {
    const { simulated } = await served();
    const headers = { authorization: `Bearer ${narrow}` };
    const ask = () => fetch(`${simulated.url}/api/instances/home`, { headers });
    simulated.faults.tell({ status: 429, retryAfter: "3600", times: 1 });
    const refused = await ask();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3600"]);
    expect((await ask()).status).toBe(200);
  });

  it("meets only what it was told for", async () => {
    const { client, simulated } = await served();
    simulated.faults.tell({ on: /^POST .*tokens/, status: 403 });
    const { id } = await client().post(policies, policy);
    await expect(client().post(tokens, { accessPolicyId: id, name: "t" })).rejects.toThrow("403");
    simulated.faults.clear();
    await client().post(tokens, { accessPolicyId: id, name: "t" });
  });

  it("answers late, and hangs up", async () => {
    const { simulated } = await served();
    const ask = (signal?: AbortSignal) => fetch(`${simulated.url}/api/x`, { signal });
    simulated.faults.tell({ delay: 60_000, times: 1 });
    await expect(ask(AbortSignal.timeout(100))).rejects.toThrow("timeout");
    simulated.faults.tell({ hangUp: true, times: 1 });
    await expect(ask()).rejects.toThrow("fetch failed");
  });
});
