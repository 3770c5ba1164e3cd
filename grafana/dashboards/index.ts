import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { agent } from "./agent.ts";
import { containers } from "./containers.ts";
import { fleet } from "./fleet.ts";
import { github } from "./github.ts";
import { host } from "./host.ts";
import { logs } from "./logs.ts";
import { postgres } from "./postgres.ts";
import { traefik } from "./traefik.ts";

/** All dashboards by their name in Pulumi and under docs/pictures. */
export function allDashboards(): Record<string, Dashboard> {
  return {
    fleet: fleet(),
    host: host(),
    containers: containers(),
    logs: logs(),
    postgres: postgres(),
    traefik: traefik(),
    github: github(),
    agent: agent(),
  };
}
