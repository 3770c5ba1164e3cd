import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GrafanaCloud } from "../../lab/doubles/grafana/cloud.ts";
import { type ApiRequest, apiAnswer } from "../../lab/doubles/grafana/cloud-api.ts";
import { cloudToken } from "../../lab/doubles/grafana/cloud-token.ts";
import { cloudSeed, home } from "../support/cloud-seed.ts";

const bootstrap = cloudToken("bootstrap", "eu");
const narrow = cloudToken("narrow", "eu");
const dead = cloudToken("dead", "eu");

const cloudOf = (file?: string) =>
  new GrafanaCloud(
    cloudSeed([
      { token: bootstrap },
      { token: narrow, scopes: ["stacks:read"] },
      { token: dead, expiresAt: "2026-01-01T00:00:00Z" },
    ]),
    file,
  );

/** Asks with the bootstrap token, unless told otherwise. */
function ask(cloud: GrafanaCloud, line: string, own: Partial<ApiRequest> = {}) {
  const [method = "", url = ""] = line.split(" ");
  const { pathname: path, searchParams: query } = new URL(url, "http://simulated");
  const { status, body } = apiAnswer(cloud, { method, path, query, token: bootstrap, ...own });
  return { status, body: body as Record<string, unknown> };
}

const policy = {
  name: "p",
  displayName: "P",
  scopes: ["metrics:write"],
  realms: [{ type: "stack", identifier: `${home.id}` }],
};
const policies = "/api/v1/accesspolicies?region=eu";
const tokens = "/api/v1/tokens?region=eu";

describe("the simulated Grafana Cloud", () => {
  it.each([
    ["unknown", cloudToken("other", "eu"), 401, "Token invalid"],
    ["no token at all", "secret", 401, "Token could not be parsed"],
    ["ended", dead, 401, "Token expired"],
    [
      "without the scope",
      narrow,
      403,
      "You do not have permission to perform the requested action.",
    ],
  ])("refuses a token that is %s", (_what, token, status, message) => {
    const answer = ask(cloudOf(), `GET ${policies}`, { token });
    expect(answer).toMatchObject({ status, body: { message } });
  });

  it("has a policy and its tokens in one region alone", () => {
    const cloud = cloudOf();
    const { id } = ask(cloud, `POST ${policies}`, { body: policy }).body;
    const asked = ask(cloud, `GET /api/v1/accesspolicies/${id}?region=us`);
    const made = ask(cloud, "POST /api/v1/tokens?region=us", {
      body: { accessPolicyId: id, name: "t-1" },
    });
    const nowhere = ask(cloud, "GET /api/v1/accesspolicies");
    expect([asked, made, nowhere].map(({ status }) => status)).toEqual([404, 404, 400]);
  });

  it("lists tokens by name, bootstrap tokens among them; no ended one, and never a token itself", () => {
    const cloud = cloudOf();
    expect(ask(cloud, `GET ${tokens}&name=narrow`).body.items).toMatchObject([
      { name: "narrow", accessPolicyId: "bootstrap-1" },
    ]);
    const all = JSON.stringify([ask(cloud, `GET ${tokens}`), ask(cloud, `GET ${policies}`)]);
    for (const secret of [bootstrap, narrow, dead, "sha256", "token-2"])
      expect(all).not.toContain(secret);
  });

  it("keeps policies and tokens in its file, but no token itself; a policy takes its tokens along", () => {
    const file = join(mkdtempSync(join(tmpdir(), "cloud-")), "state.json");
    const cloud = cloudOf(file);
    const { id } = ask(cloud, `POST ${policies}`, { body: policy }).body;
    const made = ask(cloud, `POST ${tokens}`, { body: { accessPolicyId: id, name: "t-1" } });
    const token = String(made.body.token);
    expect(token).toMatch(/^glc_/);
    expect(readFileSync(file, "utf8")).not.toContain(token);
    expect(cloud.takes(token, "metrics:write")).toBe(true);
    expect(cloud.takes(token, "logs:write")).toBe(false);
    const again = cloudOf(file);
    ask(again, `DELETE /api/v1/accesspolicies/${id}?region=eu`);
    expect(again.takes(token, "metrics:write")).toBe(false);
  });
});
