import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ResourceCalls } from "../../lab/doubles/engine/calls.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { GrafanaClient } from "../../lab/doubles/grafana/client.ts";
import type { Fault } from "../../lab/doubles/grafana/cloud-faults.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../lab/doubles/grafana/cloud-token.ts";
import { grafanaDouble } from "../../lab/doubles/grafana/main.ts";
import { diffToken } from "../../lab/doubles/grafana/token.ts";
import { home } from "../support/cloud-seed.ts";
import { simulatedGrafana } from "../support/simulated-grafana.ts";
import { contextOf } from "./context.ts";

const bootstrap = cloudToken("bootstrap", "eu");
/** What the plugin takes for a second here, in ms: its two minutes are 0.6 s. */
const SECOND = 5;

let simulated: SimulatedGrafana;
beforeEach(async () => {
  simulated = await simulatedGrafana([{ token: bootstrap }]);
});
afterEach(() => simulated.close());

const client = (token = bootstrap, second = SECOND) =>
  new GrafanaClient(simulated.url, token, second);
const context = () => contextOf(client());

/** How long some work takes, in the plugin's seconds, and what it ended with. */
async function timed(work: Promise<unknown>) {
  const began = performance.now();
  const said: { result?: unknown; error?: string } = await work.then(
    (result) => ({ result }),
    (error: Error) => ({ error: error.message }),
  );
  return { ...said, seconds: (performance.now() - began) / SECOND };
}

const getStack = async (slug: string, one = client()) =>
  grafanaDouble.functions["grafana:cloud/getStack:getStack"]?.({ slug }, contextOf(one));
const invoking = "invoking grafana:cloud/getStack:getStack: 1 error occurred:\n\t* ";

const policies = "/v1/accesspolicies?region=eu";
const policyInputs = {
  region: "eu",
  name: "p",
  scopes: ["metrics:write", "logs:write"],
  realms: [{ type: "stack", identifier: `${home.id}` }],
};

describe("a call that fails", () => {
  it("is made again 1, 2 and 4 s later", async () => {
    simulated.faults.tell({ status: 502, times: 3 });
    const { result, seconds } = await timed(client().get("/instances/home"));
    expect(result).toMatchObject({ slug: "home" });
    expect(simulated.calls).toHaveLength(4);
    expect(seconds).toBeGreaterThan(6.5);
  });

  it.each([
    [429, "100", true],
    [503, "100", true],
    [500, "100", false],
    [429, "0.1", false],
  ])("is made again as a %i with Retry-After %s asks: %s", async (status, retryAfter, heard) => {
    simulated.faults.tell({ status, retryAfter, times: 1 });
    const { seconds } = await timed(client().get("/instances/home"));
    expect(seconds > 99).toBe(heard);
    expect(seconds).toBeGreaterThan(0.9);
  });

  it.each([
    ["POST", policies, 503],
    ["POST", policies, 429],
    ["POST", "/v1/tokens?region=eu", 500],
    ["GET", "/v1/tokens/1?region=eu", 502],
  ])(
    "for two minutes, in silence, and ends without the API's reason: %s %s, %i",
    async (...row) => {
      const [method, path, status] = row;
      simulated.faults.tell({ status });
      const call = method === "POST" ? client().post(path, policyInputs) : client().get(path);
      const { error, seconds } = await timed(call);
      const url = `${simulated.url}/api${path}`;
      const verb = method === "POST" ? "Post" : "Get";
      expect(error).toBe(`${verb} "${url}": ${method} ${url} giving up after 4 attempt(s)`);
      expect(seconds).toBeGreaterThan(118);
      expect(simulated.calls.length, "more than once").toBeGreaterThanOrEqual(8);
    },
  );

  it("ends at once where the API says why", async () => {
    simulated.faults.tell({ status: 403 });
    const { error } = await timed(client().post(policies, policyInputs));
    expect(error).toMatch(/^403 Forbidden\n\{.*"You do not have permission/);
    expect(simulated.calls).toHaveLength(1);
  });

  it("that is never answered ends after two and a half minutes", async () => {
    simulated.faults.tell({ delay: 60_000 });
    const { error, seconds } = await timed(client().get("/instances/home"));
    expect(error).toBe("timeout while waiting for state to become 'success' (timeout: 2m0s)");
    expect(seconds).toBeGreaterThan(148);
  });

  it("says where nobody answers, and that somebody hung up", async () => {
    simulated.faults.tell({ hangUp: true });
    const url = `${simulated.url}/api/instances/home`;
    const { error } = await timed(client(bootstrap, 1).get("/instances/home"));
    expect(error).toBe(`Get "${url}": GET ${url} giving up after 4 attempt(s): Get "${url}": EOF`);
    await simulated.close();
    expect((await timed(client(bootstrap, 1).get("/instances/home"))).error).toContain(
      `dial tcp ${new URL(url).host}: connect: connection refused`,
    );
  });

  it("may have been carried out: the plugin then finds its own policy in its way", async () => {
    simulated.faults.tell({ on: /^POST/, status: 502, done: true, times: 1 });
    await expect(client().post(policies, policyInputs)).rejects.toThrow("409 Conflict");
    expect(simulated.cloud.policies("eu", "p")).toHaveLength(1);
  });
});

describe("getStack", () => {
  const connections = [`/api/v1/stacks/home/connections`, `/api/instances/home/connections`];

  it("asks for the instance and for its connections in both places, and makes URLs of it", async () => {
    expect(await getStack("home")).toEqual({
      id: "4711",
      slug: "home",
      url: home.url,
      status: "active",
      regionSlug: "eu",
      orgSlug: "me",
      prometheusUserId: 1001,
      prometheusRemoteEndpoint: "https://prometheus.example.net/api/prom",
      prometheusRemoteWriteEndpoint: "https://prometheus.example.net/api/prom/push",
      logsUserId: 2002,
      logsUrl: "https://logs.example.net",
    });
    const asked = ["/api/instances/home", ...connections].map((path) => `GET ${path}`);
    expect(simulated.calls).toEqual(asked);
  });

  it("answers a slug that does not exist with no field at all, and no error", async () => {
    expect(await getStack("nope")).toEqual({});
  });

  it("refuses an unknown token; the reason stands in the second line", async () => {
    await expect(getStack("home", client("glc_other"))).rejects.toThrow(
      `${invoking}401 Unauthorized\n`,
    );
  });

  describe.each(connections)("where %s fails", (path) => {
    const tell = (fault: Fault) =>
      simulated.faults.tell({ ...fault, on: new RegExp(`^GET ${path}$`) });
    const count = () => simulated.calls.filter((call) => call === `GET ${path}`).length;

    it("with 404, asks again for two minutes, then says no more than that", async () => {
      tell({ status: 404 });
      const { error, seconds } = await timed(getStack("home"));
      expect(error).toMatch(`${invoking}404 Not Found\n`);
      expect(seconds).toBeGreaterThan(118);
      expect(count()).toBeGreaterThanOrEqual(3);
    });

    it("with 404 at first, as of a new stack, goes on", async () => {
      tell({ status: 404, times: 3 });
      expect(await getStack("home")).toMatchObject({ id: "4711" });
      expect(count()).toBe(4);
    });

    it.each([
      [403, `${invoking}403 Forbidden\n`, 1],
      [429, "giving up after 4 attempt(s)", 4],
      [503, "giving up after 4 attempt(s)", 4],
    ])("with %i that lasts, fails with %j after %i tries, not two minutes", async (...row) => {
      const [status, words, tries] = row;
      tell({ status });
      const { error } = await timed(getStack("home"));
      expect(error).toContain(words);
      expect(count()).toBe(tries);
    });
  });
});

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

  it("of an unknown region or with an empty realm is refused", async () => {
    const make = (change: Bag) => policy.create({ ...policyInputs, ...change }, context());
    await expect(make({ region: "mars" })).rejects.toThrow(
      /^1 error occurred:\n\t\* 400 Bad Request\n/,
    );
    const realms = [{ type: "stack", identifier: "" }];
    await expect(make({ realms })).rejects.toThrow("does not exist");
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
  const names = () => simulated.cloud.tokens("eu").map(({ name }) => name);

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
    expect(names().includes(String(outs.name))).toBe(lives);
  });

  it("that is gone is not found, and its deletion is refused", async () => {
    const { id, inputs, outs } = await made({ deleteOnDestroy: true });
    await token.remove(id, outs, context());
    expect(await token.read(id, outs, inputs, context())).toBeUndefined();
    await expect(token.remove(id, outs, context())).rejects.toThrow("404 Not Found");
  });
});
