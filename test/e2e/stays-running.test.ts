import { afterAll, beforeAll, expect, test } from "vitest";
import { privateEngine } from "../../lab/docker-engine/daemon.ts";
import { until } from "../../lab/processes.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";

/** The service runs on, or runs again, after what happens to hosts. */
let host: OwnHost;

beforeAll(async () => {
  host = await ownHost({
    prefix: "stays",
    scrapeSeconds: 10,
    settings: (_, { github: _github, githubToken: _token, ...given }) => ({
      ...given,
      pipelines: ["host", "containers", "self"],

      postgres: [],
    }),
  });
  await host.deploy();
});

afterAll(async () => {
  await host.remove();
});

const inspect = (name: string) => host.lab.client.getContainer(name).inspect();

/** The three containers: which they are, and which of them run. */
async function service() {
  const found = await Promise.all(["alloy", "alloy-docker-proxy", "alloy-init"].map(inspect));
  return found.map(({ Id, State }) => ({ id: Id, running: State.Running }));
}

// The lab's other containers, which no policy restarts, are started again by the next file's lab.
test.each(["SIGTERM", "SIGKILL"] as const)("Docker's daemon is restarted by %s", async (signal) => {
  const before = await service();
  expect(before.map(({ running }) => running)).toEqual([true, true, false]);
  await privateEngine.restart(signal);
  const healthy = async () => (await inspect("alloy-docker-proxy")).State.Health?.Status;
  expect(await until(async () => (await healthy()) === "healthy", 60)).toBe(true);
  expect(await service()).toEqual(before);
});
