import { GrafanaCloud } from "../../lab/doubles/grafana/cloud.ts";
import { apiAnswer } from "../../lab/doubles/grafana/cloud-api.ts";
import type { BootstrapToken, SeedStack } from "../../lab/doubles/grafana/cloud-types.ts";
import { cloudSeed, home } from "./cloud-seed.ts";

/** A `fetch` whose every request goes to a SIMULATED Grafana Cloud in this process. */
export function cloudFetch(
  bootstrapTokens: BootstrapToken[],
  homelab: Partial<SeedStack> = {},
): typeof fetch {
  const seed = cloudSeed(bootstrapTokens);
  const stacks = [
    ...seed.stacks,
    { ...home, slug: "homelab", regionSlug: "prod-eu-west-2", ...homelab },
  ];
  const cloud = new GrafanaCloud({ ...seed, stacks });
  return async (input, init) => {
    const { origin, pathname: path, searchParams: query } = new URL(`${input}`);
    if (origin !== "https://grafana.com") throw new TypeError(`no simulation of ${origin}`);
    const headers = new Headers(init?.headers);
    const token = headers.get("authorization")?.replace(/^Bearer /, "");
    const { status, body } = apiAnswer(cloud, {
      method: init?.method ?? "GET",
      path,
      query,
      token,
    });
    return Response.json(body, { status });
  };
}
