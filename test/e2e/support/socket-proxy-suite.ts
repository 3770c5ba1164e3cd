import type Docker from "dockerode";
import { expect, test } from "vitest";
import { socketProxyImage } from "../../../lab/images/roles/agent.ts";
import { loadImage } from "../../../lab/images.ts";
import { until } from "../../../lab/processes.ts";
import { LAB_LABEL } from "../../../lab/world/networks.ts";
import type { TestLab } from "./lab.ts";
import { ownEnvironment } from "./service.ts";
import { ask, logOf, requestLines } from "./socket-proxy.ts";

const proxyOf = ({ client }: TestLab) => client.getContainer("alloy-docker-proxy");

/** What the socket proxy of a deployed service has to refuse, to leave out and to outlive. */
export function socketProxyTests(lab: () => TestLab): void {
  test("the agent's proxy hands out no file of the host, and starts nothing", async () => {
    const asked = [
      ["/containers/alloy/archive?path=/host/rootfs/etc/hostname"],
      ["/containers/alloy/changes"],
      ...["exec", "start", "restart", "stop", "kill"].map((what) => [
        `/containers/alloy/${what}`,
        "POST",
      ]),
      ["/containers/create", "POST"],
    ];
    const answers = asked.map(([path = "", method]) => ask(proxyOf(lab()), path, method));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(asked.map(() => 403));
  });

  test("the agent's proxy writes no line for a request that went well", async () => {
    const well = (await requestLines(proxyOf(lab()))).filter((line) => / 200 \d+ /.test(line));
    expect(well.slice(0, 3)).toEqual([]);
  });

  test("an image of the proxy since 2026-08 serves logs under our settings", async () => {
    const newer = await newerProxy(lab());
    try {
      const running = async () => (await newer.inspect()).State.Running;
      await until(async () => !(await running()) || (await ping(newer)), 15);
      expect(await running(), (await logOf(newer)).join("\n")).toBe(true);
      expect((await ask(newer, "/containers/alloy/logs?stdout=1&tail=1")).status).toBe(200);
    } finally {
      await newer.remove({ force: true });
    }
  });
}

const ping = async (proxy: Docker.Container) => (await ask(proxy, "/_ping")).status === 200;

/** A second proxy beside the deployed one, like it in all but the image. */
async function newerProxy(lab: TestLab): Promise<Docker.Container> {
  const proxy = await proxyOf(lab).inspect();
  const image = await lab.client.getImage(proxy.Image).inspect();
  const container = await lab.client.createContainer({
    name: "lab-newer-socket-proxy",
    Image: await loadImage(lab.docker, await socketProxyImage("since 2026-08")),
    Env: ownEnvironment(proxy, image),
    Labels: { [LAB_LABEL]: "true" },
    HostConfig: { ...proxy.HostConfig, RestartPolicy: { Name: "no" } },
  });
  await container.start();
  return container;
}
