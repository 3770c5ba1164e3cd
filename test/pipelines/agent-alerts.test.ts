import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert } from "../../grafana/alerts/alert.ts";
import { allAlerts } from "../../grafana/alerts/index.ts";
import { badValues } from "../../grafana/alerts/prometheus-rules.ts";
import { listen } from "../../lab/stand-ins/listen.ts";
import { arrived } from "../support/arrived.ts";
import { type Agent, runAgent } from "./support/agent.ts";

/** Alerts about the agent, on a real one whose Docker refuses everything. */
const refusing = createServer((_, response) => {
  response.writeHead(403).end();
});

let agent: Agent;
let docker: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  docker = await listen(refusing);
  agent = await runAgent({
    pipelines: ["containers", "self"],
    instead: { "alloy-docker-proxy:2375": new URL(docker.url).host },
  });
}, 120_000);

afterAll(async () => {
  await agent?.[Symbol.asyncDispose]();
  await docker?.close();
});

test.each(["docker-not-answering", "container-logs-silent"])("%s", async (name) => {
  const query = badValues(allAlerts()[name] as Alert);
  const [found] = await arrived(query, 60, () => agent.ask(query));
  expect(found?.labels).toEqual({ host: "svlnas" });
});
