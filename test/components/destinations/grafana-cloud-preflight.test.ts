// Grafana Cloud is SIMULATED here: a server on loopback with the real HTTP API, asked with the real `fetch`.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Surroundings,
  thisMachine,
} from "../../../components/destinations/grafana-cloud-api.ts";
import {
  missingScopes,
  ownWords,
  preflight,
} from "../../../components/destinations/grafana-cloud-preflight.ts";
import type { Fault } from "../../../lab/doubles/grafana/cloud-faults.ts";
import type { SimulatedGrafana } from "../../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../../lab/doubles/grafana/cloud-token.ts";
import { BOOTSTRAP_SCOPES } from "../../../lab/doubles/grafana/cloud-types.ts";
import { simulatedGrafana } from "../../support/simulated-grafana.ts";

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 60_000).toISOString();
const made: Record<string, string> = {};
/** The token of a name: it has something random in it, and is made once. */
function named(name: string): string {
  made[name] ??= cloudToken(name, "eu");
  return made[name];
}
const good = named("bootstrap");
const ofAnotherShape = "glc_of-another-shape";

let simulated: SimulatedGrafana;
beforeEach(async () => {
  said.length = 0;
  waited = 0;
  simulated = await simulatedGrafana([
    { token: good },
    { token: named("ending"), expiresAt: inDays(5) },
    { token: named("lasting"), expiresAt: inDays(22) },
    { token: named("dead"), expiresAt: inDays(-1) },
    { token: ofAnotherShape, scopes: ["accesspolicies:read", "stacks:read"] },
    // Of each scope a token that lacks it, named after it.
    ...BOOTSTRAP_SCOPES.map((scope) => ({
      token: named(scope),
      scopes: BOOTSTRAP_SCOPES.filter((other) => other !== scope),
    })),
  ]);
});
afterEach(() => simulated.close());

const said: string[] = [];
let waited = 0;

/** Waits take no time but are counted. */
const hurried: Surroundings = {
  ...thisMachine,
  now: () => waited,
  wait: async (milliseconds) => {
    waited += milliseconds;
  },
  say: (text) => void said.push(text),
};

/** What stands in the way, or may soon. */
async function ask(token: string, slug = "home", surroundings = hurried) {
  const api = { url: simulated.url, token };
  const { instance, ...findings } = await preflight({ api, slug, stack: "svlnas" }, surroundings);
  return findings;
}

const key = "grafana:cloudAccessPolicyToken:";
const store = "pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken";
const where = "in Grafana Cloud, Access Policies, then: ";
const renew = `Make one with accesspolicies:read, accesspolicies:write, accesspolicies:delete and stacks:read ${where}${store}`;
const add = `${where}pulumi up --stack svlnas`;

test("a token that may do everything passes with three questions", async () => {
  expect(await ask(good)).toEqual({});
  expect(simulated.calls).toEqual([
    "GET /api/instances/home",
    "GET /api/v1/tokens?region=eu&name=bootstrap",
    "GET /api/v1/accesspolicies/bootstrap-0?region=eu",
  ]);
});

describe("one sentence for", () => {
  test("a stack that does not exist, or was deleted", async () => {
    const noStack = (slug: string) => ({
      fault:
        `grafanaCloud.stackSlug: there is no Grafana Cloud stack "${slug}" that the bootstrap token can read. ` +
        "Its slug is the first part of its address, SLUG.grafana.net: " +
        "pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG",
    });
    expect(await ask(good, "nope")).toEqual(noStack("nope"));
    const home = simulated.cloud.stack("home");
    Object.assign(home ?? {}, { status: "deleted" });
    expect(await ask(good)).toEqual(noStack("home"));
    Object.assign(home ?? {}, { status: "active" });
  });

  test.each([
    [
      "that Grafana Cloud does not know",
      named("other"),
      `Grafana Cloud refuses the bootstrap token (401 Unauthorized: Token invalid): it is mistyped, was revoked or has expired. ${renew}`,
    ],
    [
      "that has expired, where Grafana Cloud says so",
      named("dead"),
      `the bootstrap token has expired (401 Unauthorized: Token expired). ${renew}`,
    ],
    [
      "that may not read stacks",
      named("stacks:read"),
      `the bootstrap token can't read the stack "home": its access policy lacks stacks:read, or is of another organisation. Add the scope ${add}`,
    ],
    [
      "that may not read access policies",
      named("accesspolicies:read"),
      `the bootstrap token lacks accesspolicies:read. Add it to its access policy ${add}`,
    ],
    ...["accesspolicies:write", "accesspolicies:delete"].map((scope) => [
      `whose policy lacks ${scope}`,
      named(scope),
      `the bootstrap token lacks ${scope}. Add it to its access policy "${scope}" ${add}`,
    ]),
  ])("a token %s", async (_what, token = "", sentence) => {
    expect(await ask(token)).toEqual({ fault: `${key} ${sentence}` });
  });

  test.each<[string, Fault, string]>([
    [
      "a rate limit that lasts",
      { status: 429, retryAfter: "3600" },
      "is rate-limiting requests (429 Too Many Requests) and asks to wait 3600 s; nothing was changed. Later: pulumi up --stack svlnas",
    ],
    [
      "a fault of Grafana Cloud's own",
      { status: 503 },
      "has had a server error for 60 s (503 Service Unavailable); nothing was changed. Later: pulumi up --stack svlnas",
    ],
    [
      "an answer to no question of ours",
      { status: 418 },
      "answers 418 I'm a Teapot to a request of this program; nothing was changed. " +
        "If the address is not that of Grafana Cloud's API: pulumi config rm --stack svlnas --path 'grafana-alloy:grafanaCloud.apiUrl'",
    ],
  ])("%s", async (_what, fault, sentence) => {
    simulated.faults.tell(fault);
    expect(await ask(good)).toEqual({
      fault: `grafanaCloud.apiUrl: ${simulated.url} ${sentence}`,
    });
  });

  test("a connection that ends", async () => {
    simulated.faults.tell({ hangUp: true });
    expect((await ask(good)).fault).toMatch(
      /^grafanaCloud\.apiUrl: http:\/\/127\.0\.0\.1:\d+ could not be reached: (other side closed|.*ECONNRESET), after 60 s of retries; nothing was changed\. To see the error: curl -sS http:\/\/127\.0\.0\.1:\d+\/api\/instances\/home$/,
    );
  });

  test.each([
    [
      "nobody there",
      async () => {
        throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
      },
      "could not be reached: connect ECONNREFUSED, after 60 s of retries",
    ],
    [
      "an answer that is not the API's",
      async () => new Response("<html>log in to the guest network</html>"),
      "does not answer as Grafana Cloud's API does, after 60 s of retries",
    ],
    [
      "no answer in time",
      () => Promise.reject(new DOMException("late", "TimeoutError")),
      "did not answer within 10 s, after 60 s of retries",
    ],
  ])("%s", async (_what, fetch, sentence) => {
    expect((await ask(good, "home", { ...hurried, fetch })).fault).toContain(sentence);
  });
});

describe("what passes by itself", () => {
  test("is waited for as Grafana Cloud asks, and told", async () => {
    simulated.faults.tell({ status: 429, retryAfter: "7", times: 2 });
    expect(await ask(good)).toEqual({});
    expect(waited).toBe(14_000);
    const told = `${simulated.url}: 429 Too Many Requests; asking again in 7 s`;
    expect(said).toEqual([told, told]);
  });

  test("is asked again after longer and longer, a minute at most", async () => {
    simulated.faults.tell({ status: 500 });
    await ask(good);
    expect(waited).toBeGreaterThan(50_000);
    expect(waited).toBeLessThanOrEqual(60_000);
    expect(said[0]).toContain("asking again in 1 s");
    expect(said.at(-1)).toContain("asking again in 8 s");
  });
});

describe("of a token that can't be looked up nothing is said", () => {
  test.each<[string, string, Fault?]>([
    ["it has another shape", ofAnotherShape],
    ["its region has no such token", good, { on: /tokens/, status: 404 }],
    ["its policy is of another organisation", good, { on: /accesspolicies\//, status: 404 }],
  ])("%s", async (_what, token, fault) => {
    if (fault) simulated.faults.tell(fault);
    expect(await ask(token)).toEqual({});
  });

  test.each([[["*"]], [["accesspolicies:*"]], [undefined], ["stacks:read"]])(
    "its scopes are %j",
    (scopes) => expect(missingScopes(scopes)).toEqual([]),
  );
});

test.each([
  ["glc_", undefined],
  ["", undefined],
  ["glc_bm90IGpzb24=", undefined],
  [`glc_${btoa('{"n":"x"}')}`, undefined],
  [`glc_${btoa('{"n":"x","m":{"r":"eu"}}')}`, { name: "x", region: "eu" }],
])("%j says of itself %j", (token, words) => expect(ownWords(token)).toEqual(words));

test("a bootstrap token that ends soon is warned about, and lasts for this update", async () => {
  expect(await ask(named("ending"))).toEqual({
    warning: `${key} the bootstrap token expires in 5 days, and without it no update can replace the host's. Create a new one ${where}${store}`,
  });
  expect(await ask(named("lasting"))).toEqual({});
});

test("no sentence holds the token, even if the API repeats it", async () => {
  simulated.faults.tell({ status: 401, message: `bad token ${good}` });
  const { fault } = await ask(good);
  expect(fault).toContain("bad token <token>");
  expect(fault).not.toContain(good);
});
