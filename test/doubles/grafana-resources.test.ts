import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResourceCalls } from "../../lab/doubles/engine/calls.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { GrafanaClient } from "../../lab/doubles/grafana/client.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { grafanaDouble } from "../../lab/doubles/grafana/main.ts";
import { diffToken } from "../../lab/doubles/grafana/token.ts";
import { home } from "../support/cloud-seed.ts";
import { simulatedGrafana } from "../support/simulated-grafana.ts";
import { contextOf } from "./context.ts";

let simulated: SimulatedGrafana;
beforeEach(async () => {
  simulated = await simulatedGrafana([{ token: "glc_bootstrap" }]);
});
afterEach(() => simulated.close());

const context = () => contextOf(new GrafanaClient(simulated.url, "glc_bootstrap"));

function resource(name: string) {
  const double = grafanaDouble.resources[`grafana:cloud/${name}`];
  if (!double?.read || !double.update || !double.delete) throw new Error(`no double of ${name}`);
  const { diff, create, read, update, delete: remove } = double;
  const faults = (inputs: Bag) =>
    new ResourceCalls(name, double).check("", {}, inputs).failures.map(({ property }) => property);
  return { diff, create, read, update, remove, faults };
}
const policy = resource("accessPolicy:AccessPolicy");
const token = resource("accessPolicyRotatingToken:AccessPolicyRotatingToken");

const policyInputs = {
  region: "eu",
  name: "p",
  scopes: ["metrics:write", "logs:write"],
  realms: [{ type: "stack", identifier: `${home.id}` }],
};

describe("an access policy", () => {
  it.each<[Bag, string]>([
    [{ realms: [{ type: "stack" }] }, "realms[0].identifier"],
    [{ realms: [{ type: "team", identifier: "1" }] }, "realms[0].type"],
    [{ conditions: [{ allowedSubnets: ["10.0.0.0/33"] }] }, "conditions[0].allowedSubnets"],
  ])("with %j is refused before anything is asked", (change, property) => {
    expect(policy.faults({ ...policyInputs, ...change })).toEqual([property]);
  });

  it("has its scopes and subnets sorted, in the API and in the state", async () => {
    const conditions = [{ allowedSubnets: ["203.0.113.8/32", "203.0.113.7/32"] }];
    const inputs = { ...policyInputs, conditions };
    const { id, outs } = await policy.create(inputs, context());
    const scopes = ["logs:write", "metrics:write"];
    const allowedSubnets = ["203.0.113.7/32", "203.0.113.8/32"];
    expect(outs).toMatchObject({ scopes, conditions: [{ allowedSubnets }] });
    expect(simulated.cloud.policies("eu", "p")).toMatchObject([
      { scopes, conditions: { allowedSubnets } },
    ]);
    const found = await policy.read(id, outs, inputs, context());
    expect(policy.diff(found?.inputs ?? {}, inputs, outs).changed, "order is no change").toEqual(
      [],
    );
    const narrower = { ...inputs, scopes: ["logs:write"] };
    expect(policy.diff(inputs, narrower, outs)).toMatchObject({
      changed: ["scopes"],
      replaces: [],
    });
  });

  it("that is gone is deleted, but can't be changed", async () => {
    const { id, outs } = await policy.create(policyInputs, context());
    simulated.cloud.deletePolicy("eu", String(outs.policyId));
    await expect(policy.update(id, outs, policyInputs, context())).rejects.toThrow("404 Not Found");
    expect(await policy.read(id, outs, policyInputs, context())).toBeUndefined();
    await policy.remove(id, outs, context());
  });

  it.each<[Bag, string]>([
    [{ region: "mars" }, "Unknown region mars"],
    [{ realms: [{ type: "stack", identifier: "" }] }, 'Realm stack \\"\\" does not exist'],
    [{ scopes: ["metrics:fly"] }, "Unknown scope metrics:fly"],
    [{ scopes: [] }, "At least one scope"],
  ])("with %j is refused by the API", async (change, words) => {
    const made = policy.create({ ...policyInputs, ...change }, context());
    await expect(made).rejects.toThrow(/^1 error occurred:\n\t\* 400 Bad Request\n/);
    await expect(made).rejects.toThrow(words);
  });
});

describe("a rotating token", () => {
  const made = async (own: Bag = {}) => {
    const { outs } = await policy.create(policyInputs, context());
    const inputs = {
      accessPolicyId: outs.policyId,
      region: "eu",
      namePrefix: "t",
      expireAfter: "24h",
      earlyRotationWindow: "1h",
      ...own,
    };
    return { inputs, ...(await token.create(inputs, context())) };
  };
  it("is called by its prefix and the second of its end", async () => {
    const { outs } = await made();
    const end = Math.floor(Date.parse(String(outs.expiresAt)) / 1000);
    expect(outs.name).toBe(`t-${end}`);
    expect(end - Date.now() / 1000).toBeCloseTo(86_400, -1);
    expect(outs.token).toMatch(/^glc_/);
  });

  const window = { namePrefix: "p", expireAfter: "24h", earlyRotationWindow: "2h" };

  it.each([
    ["2030-01-01T21:59:59Z", []],
    ["2030-01-01T22:00:01Z", ["readyForRotation"]],
    ["2030-02-01T00:00:00Z", ["readyForRotation"]],
  ])("is replaced inside its window alone, the new one first: at %s %j", (now, replaces) => {
    const state = { expiresAt: "2030-01-02T00:00:00Z" };
    const diff = diffToken(window, window, state, new Date(now));
    expect(diff).toMatchObject({ replaces, deleteBeforeReplace: false });
  });

  it.each([
    ["1h", "24h", ["earlyRotationWindow"]],
    ["1 day", "1h", ["expireAfter"]],
    ["24h", "1h30m", []],
  ])("with a life of %s and a window of %s is refused for %j", (...row) => {
    const [expireAfter, earlyRotationWindow, expected] = row;
    expect(token.faults({ namePrefix: "p", expireAfter, earlyRotationWindow })).toEqual(expected);
  });

  it("takes a new window without a new token", () => {
    const wider = { ...window, earlyRotationWindow: "3h" };
    const expected = { changed: ["earlyRotationWindow"], replaces: [] };
    expect(token.diff(window, wider, {})).toMatchObject(expected);
  });

  it.each([
    [undefined, true],
    [false, true],
    [true, false],
  ])("with deleteOnDestroy %s lives on after its deletion: %s", async (deleteOnDestroy, lives) => {
    const { id, outs } = await made({ ...(deleteOnDestroy !== undefined && { deleteOnDestroy }) });
    await token.remove(id, outs, context());
    const left = simulated.cloud.tokens("eu").map(({ name }) => name);
    expect(left.includes(String(outs.name))).toBe(lives);
  });

  it("that is gone is not found, and its deletion is refused", async () => {
    const { id, inputs, outs } = await made({ deleteOnDestroy: true });
    await token.remove(id, outs, context());
    expect(await token.read(id, outs, inputs, context())).toBeUndefined();
    await expect(token.remove(id, outs, context())).rejects.toThrow("404 Not Found");
  });
});
