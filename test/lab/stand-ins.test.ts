import { describe, expect, it } from "vitest";
import { githubAnswer } from "../../lab/stand-ins/github-api.ts";
import { traefikMetrics } from "../../lab/stand-ins/traefik-metrics.ts";

describe("the GitHub stand-in", () => {
  const facts = { token: "t0ken", repositories: ["Owner/one", "Owner/two"] };
  const ask = (path: string, authorization?: string) => githubAnswer(facts, path, authorization, 7);

  it.each([undefined, "Bearer other", "Basic t0ken", "t0ken", ""])(
    "refuses %j",
    (authorization) => {
      expect(ask("/repos/Owner/one", authorization)).toMatchObject({
        status: 401,
        body: { message: "Bad credentials" },
      });
    },
  );

  it.each(["Bearer t0ken", "token t0ken"])("knows %j", (authorization) => {
    expect(ask("/rate_limit", authorization).status).toBe(200);
  });

  it("answers the exporter's calls with as many pulls and assets as it counts", () => {
    const answers = ["", "/releases", "/pulls"].map((p) =>
      ask(`/repos/owner/Two${p}`, "token t0ken"),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]?.body).toMatchObject({
      name: "two",
      owner: { login: "Owner" },
      open_issues: 8,
    });
    expect(answers[1]?.body).toMatchObject([{ assets: [{ download_count: 42 }] }]);
    expect(answers[2]?.body).toHaveLength(3);
  });

  it("answers below /api/v3 too, and with the headers that the token's check reads", () => {
    const expiring = { ...facts, tokenExpiry: "2027-01-31 12:00:00 UTC" };
    const { status, headers } = githubAnswer(expiring, "/api/v3/repos/Owner/one", "token t0ken", 7);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "4993",
      "x-github-request-id": "LAB:7",
      "github-authentication-token-expiration": "2027-01-31 12:00:00 UTC",
    });
    expect(ask("/rate_limit", "token t0ken").headers).not.toHaveProperty(
      "github-authentication-token-expiration",
    );
  });

  it.each(["/repos/Owner/three", "/repos/Owner/one/secrets", "/user"])("has no %s", (path) => {
    expect(ask(path, "token t0ken").status).toBe(404);
  });
});

describe("the Traefik stand-in", () => {
  const samples = traefikMetrics(1000)
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => line.split(" "));
  const value = (series: string) => Number(samples.find(([name]) => name === series)?.[1]);

  it.each(["entrypoint", "router", "service"])("has the request families of each %s", (level) => {
    const families = new Set(samples.map(([name = ""]) => name.replace(/\{.*/, "")));
    const duration = `traefik_${level}_request_duration_seconds`;
    for (const end of ["_bucket", "_sum", "_count"]) expect(families).toContain(duration + end);
    expect(families).toContain(`traefik_${level}_requests_total`);
  });

  it("has histograms that add up", () => {
    const labels = 'code="200",method="GET",protocol="http",service="immich@docker"';
    const name = "traefik_service_request_duration_seconds";
    const buckets = ["0.1", "0.3", "1.2", "5", "+Inf"].map((le) =>
      value(`${name}_bucket{${labels},le="${le}"}`),
    );
    expect(buckets).toEqual([1600, 1860, 1980, 2000, 2000]);
    expect(value(`${name}_count{${labels}}`)).toBe(2000);
    expect(value(`traefik_service_requests_total{${labels}}`)).toBe(2000);
  });

  it("names each series once", () => {
    expect(new Set(samples.map(([name]) => name)).size).toBe(samples.length);
  });
});
