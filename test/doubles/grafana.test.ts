import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GrafanaClient } from "../../lab/doubles/grafana/client.ts";
import type { Fault } from "../../lab/doubles/grafana/cloud-faults.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../lab/doubles/grafana/cloud-token.ts";
import { grafanaDouble } from "../../lab/doubles/grafana/main.ts";
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

const client = (token = bootstrap) => new GrafanaClient(simulated.url, token, SECOND);

/** How long some work takes, in the plugin's seconds, and what it ended with. */
async function timed(work: Promise<unknown>) {
  const began = performance.now();
  const error = await work.then(
    () => "",
    ({ message }: Error) => message,
  );
  return { error, seconds: (performance.now() - began) / SECOND };
}

const getStack = async (slug: string, one = client()) =>
  grafanaDouble.functions["grafana:cloud/getStack:getStack"]?.({ slug }, contextOf(one));
const invoking = "invoking grafana:cloud/getStack:getStack: 1 error occurred:\n\t* ";

const policies = "/v1/accesspolicies?region=eu";
const policy = {
  name: "p",
  scopes: ["metrics:write"],
  realms: [{ type: "stack", identifier: `${home.id}` }],
};

describe("a call that fails", () => {
  it("is made again 1, 2 and 4 s later", async () => {
    simulated.faults.tell({ status: 502, times: 3 });
    const { error, seconds } = await timed(client().get("/instances/home"));
    expect(error).toBe("");
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
    expect(seconds > 90).toBe(heard);
    expect(seconds).toBeGreaterThan(0.5);
  });

  it.each([
    ["Post", 503],
    ["Post", 429],
    ["Get", 502],
  ])(
    "for two minutes, in silence, and ends without the API's reason: %s, %i",
    async (verb, status) => {
      simulated.faults.tell({ status });
      const { error, seconds } = await timed(
        verb === "Post" ? client().post(policies, policy) : client().get(policies),
      );
      const url = `${simulated.url}/api${policies}`;
      const method = verb.toUpperCase();
      expect(error).toBe(`${verb} "${url}": ${method} ${url} giving up after 4 attempt(s)`);
      expect(seconds).toBeGreaterThan(118);
      expect(simulated.calls.length, "more than once").toBeGreaterThanOrEqual(8);
    },
  );

  it("ends at once where the API says why", async () => {
    simulated.faults.tell({ status: 403 });
    const { error } = await timed(client().post(policies, policy));
    expect(error).toMatch(/^403 Forbidden\n\{.*"You do not have permission/);
    expect(simulated.calls).toHaveLength(1);
  });

  it("that is never answered ends after two and a half minutes", async () => {
    simulated.faults.tell({ delay: 60_000 });
    const { error, seconds } = await timed(client().get("/instances/home"));
    expect(error).toBe("timeout while waiting for state to become 'success' (timeout: 2m0s)");
    expect(seconds).toBeGreaterThan(125);
  });

  it("says where nobody answers, and that somebody hung up", async () => {
    simulated.faults.tell({ hangUp: true });
    const url = `${simulated.url}/api/instances/home`;
    const { error } = await timed(client().get("/instances/home"));
    expect(error).toBe(`Get "${url}": GET ${url} giving up after 4 attempt(s): Get "${url}": EOF`);
    await simulated.close();
    expect((await timed(client().get("/instances/home"))).error).toContain(
      `dial tcp ${new URL(url).host}: connect: connection refused`,
    );
  });

  it("may have been carried out: the plugin then finds its own policy in its way", async () => {
    simulated.faults.tell({ on: /^POST/, status: 502, done: true, times: 1 });
    await expect(client().post(policies, policy)).rejects.toThrow("409 Conflict");
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

    it("with 404 at first, as of a new stack, continues", async () => {
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
