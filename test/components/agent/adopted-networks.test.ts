import { describe, expect, test } from "vitest";
import { adoptedId } from "../../../components/agent/adopted-networks.ts";
import { mockProgram } from "../../support/mock-program.ts";
import { completed } from "../../support/stack-files.ts";

const subnet = "172.30.100.8/29";
const frontend = {
  id: "4711",
  name: "alloy-frontend",
  driver: "bridge",
  internal: false,
  subnets: [subnet],
  labels: {},
  containers: ["traefik"],
};
const backend = { ...frontend, id: "4712", name: "alloy-backend", internal: true };

describe("a network on the host", () => {
  const wanted = { name: "alloy-frontend", subnet };
  test.each([
    ["is as wanted", {}, "4711"],
    ["has another subnet", { subnets: ["172.30.101.0/29"] }, undefined],
    ["has a subnet too many", { subnets: [subnet, "fd00::/64"] }, undefined],
    ["has no way out", { internal: true }, undefined],
    ["is of another kind", { driver: "macvlan" }, undefined],
    ["has another name", { name: "frontend" }, undefined],
    ["is compose's", { labels: { "com.docker.compose.network": "frontend" } }, undefined],
  ])("that %s is taken over under the id %3$s", (_what, change, id) => {
    expect(adoptedId(wanted, [{ ...frontend, ...change }])).toBe(id);
  });
});

test("the program takes over what stands on the host, makes the rest, and leaves both to the last step of a destroy", async () => {
  const run = await mockProgram("svlnas", completed("svlnas"), { standing: [backend] });
  const networks = run.resources.filter(({ type }) => type.endsWith(":Network"));
  const options = networks.map(({ name, importId, retainOnDelete }) => [
    name,
    { importId, retainOnDelete },
  ]);
  expect(Object.fromEntries(options)).toEqual({
    "alloy-networks-frontend": { importId: "", retainOnDelete: true },
    "alloy-networks-backend": { importId: "4712", retainOnDelete: true },
  });
});
