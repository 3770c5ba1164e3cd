// Grafana Cloud is SIMULATED here: a server on loopback with the real HTTP API, asked with the real `fetch`.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Surroundings, thisMachine } from "../../components/destinations/grafana-cloud-api.ts";
import {
  missingScopes,
  ownWords,
  preflight,
} from "../../components/destinations/grafana-cloud-preflight.ts";
import type { Fault } from "../../lab/doubles/grafana/cloud-faults.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../lab/doubles/grafana/cloud-token.ts";
import { BOOTSTRAP_SCOPES } from "../../lab/doubles/grafana/cloud-types.ts";
import { simulatedGrafana } from "../support/simulated-grafana.ts";

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 60_000).toISOString();
const tokens = {
  good: cloudToken("bootstrap", "eu"),
  ending: cloudToken("ending", "eu"),
  lasting: cloudToken("lasting", "eu"),
  dead: cloudToken("dead", "eu"),
  unreadable: "glc_of-another-shape",
};
const narrow = Object.fromEntries(
  BOOTSTRAP_SCOPES.map((scope) => [scope, cloudToken(scope, "eu")]),
);

let simulated: SimulatedGrafana;
beforeEach(async () => {
  said.length = 0;
  waited = 0;
  simulated = await simulatedGrafana([
    { token: tokens.good },
    { token: tokens.ending, expiresAt: inDays(5) },
    { token: tokens.lasting, expiresAt: inDays(22) },
    { token: tokens.dead, expiresAt: inDays(-1) },
    { token: tokens.unreadable, scopes: ["accesspolicies:read", "stacks:read"] },
    ...BOOTSTRAP_SCOPES.map((scope) => ({
      token: narrow[scope] ?? "",
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

const ask = (token: string, slug = "home", surroundings = hurried) =>
  preflight({ api: { url: simulated.url, token }, slug, stack: "svlnas" }, surroundings);

const store = "pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken";
const key = "grafana:cloudAccessPolicyToken:";
const renew =
  "Make one with accesspolicies:read, accesspolicies:write, accesspolicies:delete and stacks:read " +
  `in Grafana Cloud, Access Policies, then: ${store}`;

test("a token that may do everything passes with three questions", async () => {
  expect(await ask(tokens.good)).toEqual({});
  expect(simulated.calls).toEqual([
    "GET /api/instances/home",
    "GET /api/v1/tokens?region=eu&name=bootstrap",
    "GET /api/v1/accesspolicies/bootstrap-0?region=eu",
  ]);
});

describe("one sentence for", () => {
  const noStack = (slug: string) =>
    `grafanaCloud.stackSlug: there is no Grafana Cloud stack "${slug}" that the bootstrap token can read. ` +
    "Its slug is the first part of its address, SLUG.grafana.net: " +
    "pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG";

  test("a slug that does not exist", async () => {
    expect(await ask(tokens.good, "nope")).toEqual({ fault: noStack("nope") });
  });

  test("a stack that was deleted", async () => {
    const stack = simulated.cloud.stack("home");
    Object.assign(stack ?? {}, { status: "deleted" });
    expect(await ask(tokens.good)).toEqual({ fault: noStack("home") });
    Object.assign(stack ?? {}, { status: "active" });
  });

  test("a token that Grafana Cloud does not know", async () => {
    expect(await ask(cloudToken("other", "eu"))).toEqual({
      fault: `${key} Grafana Cloud refuses the bootstrap token (401 Unauthorized: Token invalid): it is mistyped, was revoked or has expired. ${renew}`,
    });
  });

  test("a token that has expired, where Grafana Cloud says so", async () => {
    expect(await ask(tokens.dead)).toEqual({
      fault: `${key} the bootstrap token has expired (401 Unauthorized: Token expired). ${renew}`,
    });
  });

  test("a token that may not read stacks", async () => {
    expect(await ask(narrow["stacks:read"] ?? "")).toEqual({
      fault:
        `${key} the bootstrap token may not read the stack "home": its access policy lacks stacks:read, or is of another ` +
        "organisation. Add the scope in Grafana Cloud, Access Policies, then: pulumi up --stack svlnas",
    });
  });

  test("a token that may not read access policies", async () => {
    expect(await ask(narrow["accesspolicies:read"] ?? "")).toEqual({
      fault:
        `${key} the bootstrap token lacks accesspolicies:read. Add it to its access policy ` +
        "in Grafana Cloud, Access Policies, then: pulumi up --stack svlnas",
    });
  });

  test.each(["write", "delete"])("a token whose policy lacks accesspolicies:%s", async (right) => {
    const scope = `accesspolicies:${right}`;
    expect(await ask(narrow[scope] ?? "")).toEqual({
      fault:
        `${key} the bootstrap token lacks ${scope}. Add it to its access policy "${scope}" ` +
        "in Grafana Cloud, Access Policies, then: pulumi up --stack svlnas",
    });
  });

  test.each<[string, Fault, string]>([
    [
      "a rate limit that lasts",
      { status: 429, retryAfter: "3600" },
      "is asked too often (429 Too Many Requests) and asks to wait 3600 s; nothing was changed. Later: pulumi up --stack svlnas",
    ],
    [
      "a fault of Grafana Cloud's own",
      { status: 503 },
      "has a fault of its own for 60 s (503 Service Unavailable); nothing was changed. Later: pulumi up --stack svlnas",
    ],
    [
      "an answer to no question of ours",
      { status: 418 },
      "answers 418 I'm a Teapot to a question of this program; nothing was changed. " +
        "Is it the address of Grafana Cloud's API? pulumi config rm --stack svlnas --path 'grafana-alloy:grafanaCloud.apiUrl'",
    ],
  ])("%s", async (_, fault, sentence) => {
    simulated.faults.tell(fault);
    expect(await ask(tokens.good)).toEqual({
      fault: `grafanaCloud.apiUrl: ${simulated.url} ${sentence}`,
    });
  });

  test("a connection that ends", async () => {
    simulated.faults.tell({ hangUp: true });
    expect((await ask(tokens.good)).fault).toMatch(
      /^grafanaCloud\.apiUrl: http:\/\/127\.0\.0\.1:\d+ could not be reached: (other side closed|.*ECONNRESET), asked for 60 s; nothing was changed\. See what this machine says: curl -sS http:\/\/127\.0\.0\.1:\d+\/api\/instances\/home$/,
    );
  });

  test("nobody there", async () => {
    await simulated.close();
    expect((await ask(tokens.good)).fault).toContain(
      `could not be reached: connect ECONNREFUSED ${simulated.url.slice(7)}, asked for 60 s`,
    );
  });

  test("an answer that is not the API's", async () => {
    const page = async () => new Response("<html>log in to the guest network</html>");
    const { fault } = await ask(tokens.good, "home", { ...hurried, fetch: page });
    expect(fault).toContain("does not answer as Grafana Cloud's API does, asked for 60 s");
  });

  test("no answer in time", async () => {
    const late = () => Promise.reject(new DOMException("late", "TimeoutError"));
    const { fault } = await ask(tokens.good, "home", { ...hurried, fetch: late });
    expect(fault).toContain("did not answer within 10 s, asked for 60 s");
  });
});

describe("what passes by itself", () => {
  test("is waited for as Grafana Cloud asks, and told", async () => {
    simulated.faults.tell({ status: 429, retryAfter: "7", times: 2 });
    expect(await ask(tokens.good)).toEqual({});
    expect(waited).toBe(14_000);
    expect(said).toEqual(
      Array(2).fill(`${simulated.url}: 429 Too Many Requests; asking again in 7 s`),
    );
  });

  test("is asked again after longer and longer, a minute at most", async () => {
    simulated.faults.tell({ status: 500 });
    await ask(tokens.good);
    expect(waited).toBeGreaterThan(50_000);
    expect(waited).toBeLessThanOrEqual(60_000);
    expect(said[0]).toContain("asking again in 1 s");
    expect(said.at(-1)).toContain("asking again in 8 s");
  });
});

describe("of a token that can't be looked up nothing is said", () => {
  test("of another shape", async () => {
    expect(await ask(tokens.unreadable)).toEqual({});
  });

  test.each([
    ["its region has no such token", { on: /tokens/, status: 404 }],
    ["its policy is of another organisation", { on: /accesspolicies\//, status: 404 }],
  ])("%s", async (_, fault) => {
    simulated.faults.tell(fault);
    expect(await ask(narrow["accesspolicies:delete"] ?? "")).toEqual({});
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
  expect(await ask(tokens.ending)).toEqual({
    warning:
      `${key} the bootstrap token ends in 5 days, and without it no update can replace the host's. ` +
      `Make a new one in Grafana Cloud, Access Policies, then: ${store}`,
  });
  expect(await ask(tokens.lasting)).toEqual({});
});

test("no sentence holds the token, even if the API repeats it", async () => {
  simulated.faults.tell({ status: 401, message: `bad token ${tokens.good}` });
  const { fault } = await ask(tokens.good);
  expect(fault).toContain("bad token <token>");
  expect(fault).not.toContain(tokens.good);
});
