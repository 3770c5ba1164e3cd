import { describe, expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { commandOf } from "../../support/commands.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed } from "../../support/stack-files.ts";
import { containersOf, stackRun } from "../../support/stack-runs.ts";

describe("images", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const imagesOf = (run: ProgramRun) =>
    Object.fromEntries(Object.entries(containersOf(run)).map(([name, { image }]) => [name, image]));

  test("are pulled by digest, kept when the service goes, and run by id", async () => {
    const run = await stackRun("svlnas");
    const pulled = run.resources.filter(({ type }) => type.endsWith(":RemoteImage"));
    const { images } = settings.parse(completed("svlnas"));
    expect(Object.fromEntries(pulled.map(({ name, inputs }) => [name, inputs]))).toEqual({
      "alloy-image-alloy": { name: images.alloy, keepLocally: true },
      "alloy-image-init": { name: images.init, keepLocally: true },
      "alloy-image-socket-proxy": { name: images.socketProxy, keepLocally: true },
    });
    expect(imagesOf(run)).toEqual({
      "alloy-container": `id-of-${images.alloy}`,
      "alloy-init-container": `id-of-${images.init}`,
      "alloy-socket-proxy-container": `id-of-${images.socketProxy}`,
    });
  });

  test("that are only on the host are not pulled and run by name", async () => {
    const run = await stackRun("local");
    expect(run.resources.filter(({ type }) => type.endsWith(":RemoteImage"))).toEqual([]);
    expect(imagesOf(run)).toEqual({
      "alloy-container": "lab/alloy:1",
      "alloy-init-container": "lab/init:1",
      "alloy-socket-proxy-container": "lab/socket-proxy:1",
    });
  });

  test("and memory limits that a stack sets are used wherever the defaults were", async () => {
    const run = await mockProgram("svlazext", {
      ...completed("svlazext"),
      images: { alloy: `grafana/alloy:v1.17.0@${digest}` },
      limits: { alloyMemory: 1024, socketProxyMemory: 80 },
    });
    const { "alloy-container": agent, "alloy-socket-proxy-container": socketProxy } =
      containersOf(run);
    expect(run.named("alloy-image-alloy").inputs.name).toBe(`grafana/alloy:v1.17.0@${digest}`);
    expect(agent).toMatchObject({
      image: `id-of-grafana/alloy:v1.17.0@${digest}`,
      memory: 1024,
      memorySwap: 1024,
    });
    expect(socketProxy).toMatchObject({ memory: 80, memorySwap: 80 });
    expect(commandOf(run.named("alloy-files-config")).script).toMatch(
      new RegExp(`--memory 1024m .* id-of-grafana/alloy:v1.17.0@${digest} validate `),
    );
  });
});
