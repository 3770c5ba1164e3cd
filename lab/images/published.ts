import packages from "../../package.json" with { type: "json" };

/** What stands around the agent, as its makers publish it: pulled where the engine can. */
export const PUBLISHED_IMAGES = {
  prometheus: "docker.io/prom/prometheus:v3.5.0",
  victoriaLogs: "docker.io/victoriametrics/victoria-logs:v1.52.1",
  haproxy: "docker.io/library/haproxy:3.2.4-alpine",
  postgres: "docker.io/library/postgres:17.6-alpine",
  postgresExporter: "docker.io/prometheuscommunity/postgres-exporter:v0.17.1",
  node: `docker.io/library/node:${packages.devDependencies.node}-bookworm-slim`,
  busybox: "docker.io/library/busybox:1.37.0",
};

/** The images of what stands around the agent, by what a container is for. */
export type WorldImages = Record<keyof typeof PUBLISHED_IMAGES, string>;
