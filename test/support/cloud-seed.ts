import type {
  BootstrapToken,
  GrafanaSeed,
  SeedStack,
} from "../../lab/doubles/grafana/cloud-types.ts";

export const home: SeedStack = {
  id: 4711,
  slug: "home",
  url: "https://home.grafana.net",
  status: "active",
  regionSlug: "eu",
  orgSlug: "me",
  hmInstancePromId: 1001,
  hmInstancePromUrl: "https://prometheus.example.net",
  hlInstanceId: 2002,
  hlInstanceUrl: "https://logs.example.net",
};

/** A simulated Grafana Cloud with a stack in each of two regions. */
export function cloudSeed(bootstrapTokens: BootstrapToken[]): GrafanaSeed {
  return { bootstrapTokens, stacks: [home, { ...home, id: 4712, slug: "away", regionSlug: "us" }] };
}
