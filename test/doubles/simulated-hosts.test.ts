import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { simulatedDocker } from "../../lab/doubles/simulated-hosts/docker.ts";
import { contextOf } from "./context.ts";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

const double = simulatedDocker(() => sleep(20));

/** One kind of resource on a host of that address. */
async function on(address: string, type: string, signal?: AbortSignal) {
  const client = await double.configure({ host: `ssh://root@${address}:22` });
  const resource = double.resources[type];
  if (!resource) throw new Error(type);
  const context = contextOf(client, signal && { signal });
  return {
    create: (name: string) => resource.create({ name, image: "i" }, context),
    read: async () => resource.read?.("id", { name: "alloy" }, {}, context),
    remove: async (name: string) => resource.delete?.("id", { name }, context),
  };
}

describe("a name on a simulated host", () => {
  it.each([
    [NETWORK, "network with name alloy already exists"],
    [CONTAINER, 'Conflict. The container name "/alloy" is already in use'],
  ])("is taken until it is deleted, whatever the state knows: %s", async (type, words) => {
    const attic = await on("attic.test", type);
    await attic.create("alloy");
    await expect((await on("attic.test", type)).create("alloy")).rejects.toThrow(words);
    await (await on("cellar.test", type)).create("alloy");
    await attic.remove("alloy");
    await attic.create("alloy");
  });

  it("is taken by a call whose engine was interrupted: it is finished", async () => {
    const abort = new AbortController();
    const shed = await on("shed.test", NETWORK, abort.signal);
    const made = shed.create("alloy");
    abort.abort();
    await made;
    await expect(shed.create("alloy")).rejects.toThrow("already exists");
  });
});

describe("a refresh of a simulated host that refuses SSH", () => {
  it("drops a network and fails for a container, as the plugin does", async () => {
    expect(await (await on("refuses-ssh.test", NETWORK)).read()).toBeUndefined();
    const container = (await on("refuses-ssh.test", CONTAINER)).read();
    await expect(container).rejects.toThrow(/^error during connect: .*exit status 255/);
  });
});
