import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert } from "../../grafana/alerts/alert.ts";
import { allAlerts } from "../../grafana/alerts/index.ts";
import { badValues } from "../../grafana/alerts/prometheus-rules.ts";
import { arrived } from "../support/arrived.ts";
import { type Agent, runAgent } from "./support/agent.ts";

/** Alerts about the agent, on a real one whose Docker refuses everything. */
const refusing = createServer((_, response) => {
  response.writeHead(403).end();
});

let agent: Agent;

beforeAll(async () => {
  await new Promise<void>((done) => refusing.listen(0, "127.0.0.1", done));
  const { port } = refusing.address() as AddressInfo;
  agent = await runAgent({
    pipelines: ["containers", "self"],
    instead: { "alloy-docker-proxy:2375": `127.0.0.1:${port}` },
  });
}, 120_000);

afterAll(async () => {
  await agent?.[Symbol.asyncDispose]();
  refusing.close();
});

test.each(["docker-not-answering", "container-logs-silent"])("%s", async (name) => {
  const query = badValues(allAlerts()[name] as Alert);
  const [found] = await arrived(query, 60, () => agent.ask(query));
  expect(found?.labels).toEqual({ host: "svlnas" });
});
