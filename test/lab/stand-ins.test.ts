import { describe, expect, it } from "vitest";
import { traefikMetrics } from "../../lab/stand-ins/traefik-metrics.ts";

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
