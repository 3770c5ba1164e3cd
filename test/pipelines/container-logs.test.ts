// Docker is SIMULATED here, see support/simulated-docker.ts; Alloy and the pipelines are real.
import { describe, expect, test } from "vitest";
import { until } from "../../lab/processes.ts";
import { logAgent } from "./support/log-agent.ts";
import { redactionCorpus } from "./support/redaction-corpus.ts";
import type { SimulatedContainer } from "./support/simulated-docker.ts";

const id = (digit: string) => digit.repeat(64);
const compose = (project: string, service: string) => ({
  "com.docker.compose.project": project,
  "com.docker.compose.service": service,
});
const web: SimulatedContainer = {
  id: id("a"),
  name: "web",
  labels: { ...compose("shop", "web"), note: `it's "so"` },
  lines: ["one", "two"],
  networks: { lab: "172.18.0.2", other: "172.19.0.2" },
  ports: [80, 443],
};

test("of a container on two networks with two ports each line is sent once, and not again with others", async () => {
  await using agent = await logAgent();
  agent.docker.containers = [web];
  await agent.start();
  expect((await agent.lines(2)).sort()).toEqual(["one", "two"]);
  await agent.stop();
  agent.docker.containers = [{ ...web, networks: { other: "172.19.0.9" }, ports: [8080] }];
  await agent.start("renamed");
  expect(await until(async () => agent.arrived.length > 2, 4)).toBe(false);
});

describe("labels", () => {
  const labelsOf = (
    { arrived }: { arrived: { labels: Record<string, string>; line: string }[] },
    line: string,
  ) => arrived.find((one) => one.line === line)?.labels;

  test("are those of the document, also for the agent's own containers, which have no label of Compose", async () => {
    await using agent = await logAgent();
    const own = ["alloy", "alloy-docker-proxy", "alloy-init"];
    agent.docker.containers = [
      { ...web, lines: ["web"] },
      { id: id("b"), name: "plain", lines: ["plain"] },
      ...own.map((name, index) => ({ id: id(`${index}`), name, lines: [name] })),
    ];
    await agent.start();
    await agent.lines(5);
    const common = { host: "nas", job: "docker" };
    const shop = { compose_project: "shop", compose_service: "web" };
    expect(labelsOf(agent, "web")).toEqual({ ...common, ...shop, container: "web" });
    expect(labelsOf(agent, "plain")).toEqual({ ...common, container: "plain" });
    for (const name of own) {
      const alloy = { compose_project: "alloy", compose_service: name };
      expect(labelsOf(agent, name)).toEqual({ ...common, ...alloy, container: name });
    }
  });

  test("a reload gives lines of containers that are being read the new name of the host", async () => {
    await using agent = await logAgent();
    agent.docker.containers = [{ ...web, lines: ["before"] }];
    await agent.start();
    await agent.lines(1);
    await agent.reload("renamed");
    agent.docker.write(id("a"), "after");
    await agent.lines(2);
    expect([labelsOf(agent, "before")?.host, labelsOf(agent, "after")?.host]).toEqual([
      "nas",
      "renamed",
    ]);
  });
});

test.each([
  ["can't be reached", 503],
  ["refuses lines beyond a limit", 429],
])(
  "while a sink %s, lines wait, and are sent with the token that came meanwhile",
  async (_what, status) => {
    await using agent = await logAgent();
    agent.docker.containers = [{ ...web, lines: ["before"] }];
    await agent.start();
    await agent.lines(1);
    agent.sink.status = status;
    agent.docker.write(web.id, "waiting");
    expect(await until(async () => agent.sink.refused > 0, 30)).toBe(true);
    await agent.replaceToken("new");
    agent.sink.token = "new";
    agent.sink.status = undefined;
    agent.docker.write(web.id, "after");
    expect(await agent.lines(3)).toEqual(["before", "waiting", "after"]);
  },
);

test("a stream beyond a limit holds up all others until it is taken; nothing is lost", async () => {
  await using agent = await logAgent();
  const flood = { id: id("b"), name: "flood", lines: ["flood"] };
  const arrived = () => [...new Set(agent.arrived.map(({ line }) => line))].sort();
  agent.docker.containers = [{ ...web, lines: ["web"] }, flood];
  await agent.start();
  await agent.lines(2);
  agent.sink.beyondLimit = "flood";
  agent.docker.write(web.id, "neighbour");
  agent.docker.write(flood.id, "too much");
  expect(await until(async () => agent.sink.refused > 0, 30)).toBe(true);
  agent.docker.write(web.id, "later");
  expect(await until(async () => agent.sink.refused > 3, 30)).toBe(true);
  expect(arrived()).toEqual(["flood", "neighbour", "web"]);
  agent.sink.beyondLimit = undefined;
  expect(await until(async () => arrived().length === 5, 40)).toBe(true);
  expect(arrived()).toEqual(["flood", "later", "neighbour", "too much", "web"]);
});

test("a line above 256 KiB arrives cut, with a mark; its neighbours are whole", async () => {
  await using agent = await logAgent();
  const KIB = 1024;
  const lines = ["a", "x".repeat(255 * KIB), "y".repeat(400 * KIB), "b"];
  agent.docker.containers = [{ ...web, lines }];
  await agent.start();
  const arrived = (await agent.lines(4)).map((line) => [line.length, line.slice(-7)]);
  expect(arrived.sort()).toEqual([
    [1, "a"],
    [1, "b"],
    [255 * KIB, "xxxxxxx"],
    [256 * KIB, "y <cut>"],
  ]);
});

test("every line of a corpus leaves the host as it should", async () => {
  const logs = {
    redact: {
      patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
      expressions: ["session=(\\w+)"],
    },
  };
  await using agent = await logAgent({ logs });
  agent.docker.containers = [{ ...web, lines: redactionCorpus.map(([line]) => line) }];
  await agent.start();
  const arrived = await agent.lines(redactionCorpus.length);
  expect(arrived).toEqual(redactionCorpus.map(([, sent]) => sent));
});

test("what Alloy says of a container that can't be read arrives once a container", async () => {
  await using agent = await logAgent();
  const refused = (container: string) =>
    `ts=2026-11-24T12:00:00Z level=error msg="could not fetch logs for container" component_id=loki.source.docker.containers component=tailer container=docker/${container} container=${container} err="configured logging driver does not support reading"`;
  const lines = [
    "start",
    refused(id("b")),
    refused(id("b")),
    refused(id("c")),
    refused(id("b")),
    "end",
  ];
  agent.docker.containers = [{ ...web, name: "alloy", labels: {}, lines }];
  await agent.start();
  await agent.lines(4);
  expect(agent.arrived.map(({ line }) => line).sort()).toEqual([
    ...["end", "start", refused(id("b")), refused(id("c"))],
  ]);
  expect(agent.arrived.filter(({ labels }) => labels.unreadable)).toEqual([]);
});
