import { afterAll, beforeAll, expect, test } from "vitest";
import { sentSince } from "../../lab/fresh-data.ts";
import { joinFrontend } from "../../lab/world.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";

let lab: TestLab;
let stack: Awaited<ReturnType<TestLab["stack"]>>;
const sent = () => sentSince({ docker: lab.client, world: lab.world, host: "local" }, Date.now());

beforeAll(async () => {
  lab = await emptyLab();
  stack = await lab.stack("local", await settingsOf(lab, "local"));
  await stack.up();
  await joinFrontend(lab.docker);
});

afterAll(async () => {
  await removeTraefik(lab);
  await stack.destroy();
  await lab.close();
});

test("an agent that runs has sent something since", async () => {
  await sent();
});

test("an agent that ended is named with its last lines, whatever it sent before", async () => {
  await lab.client.getContainer("alloy").stop();
  await expect(sent()).rejects.toThrow(/^alloy ended with 0\. Its last lines:\n.*msg=/s);
});
