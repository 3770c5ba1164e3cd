import { expect, test } from "vitest";
import * as scripts from "../../../cli/adopt/host-scripts.ts";
import { plan } from "../../../cli/adopt/steps.ts";
import { ids, planArgs, record } from "./support/record.ts";

const titles = (resumed: boolean) => plan({ ...planArgs, resumed }).map(({ title }) => title);

test("the plan, as it is shown", () => {
  expect(titles(false)).toEqual([
    "fetch the images, while the old service runs",
    "note in /srv/alloy/adopt.json what is put aside",
    "give the stack 2 settings: limits.alloyMemory, networks.existing",
    "stop alloy and rename it to alloy-before-adopt",
    "stop alloy-docker-proxy and rename it to alloy-docker-proxy-before-adopt",
    "stop alloy-init and rename it to alloy-init-before-adopt",
    "deploy: pulumi up",
    "verify that everything arrives",
    "note that the adoption is done",
  ]);
});

test("a plan that is resumed is the same, with the lock of the broken run released", () => {
  const again = titles(true);
  const [unlock] = again.splice(6, 1);
  expect(unlock).toBe("release the stack's lock, should the run that was cut off have left it");
  expect(again).toEqual(titles(false));
});

test("nothing is changed on the host before it is noted there, and the note goes last", () => {
  const [fetch, note] = plan(planArgs);
  expect(fetch?.undo).toEqual([]);
  expect(note?.action).toEqual({
    kind: "host",
    script: scripts.writeRecord(planArgs.site),
    data: `${JSON.stringify(record)}\n`,
  });
  const undos = plan(planArgs).flatMap(({ undo }) => undo);
  expect(undos[0]?.action).toEqual({ kind: "host", script: scripts.removeRecord(planArgs.site) });
});

test("a container is kept from starting by itself before it is stopped, and renamed last", () => {
  const [, , container] = record.containers;
  if (!container) throw new Error("no container");
  expect(scripts.putAside(container)).toBe(`
docker update --restart no ${ids.proxy} >/dev/null
docker stop -t 2 ${ids.proxy} >/dev/null
[ "$(docker inspect -f '{{.Name}}' ${ids.proxy})" = /alloy-docker-proxy-before-adopt ] || docker rename ${ids.proxy} alloy-docker-proxy-before-adopt`);
  expect(scripts.putBack(container)).toBe(`
[ "$(docker inspect -f '{{.Name}}' ${ids.proxy})" = /alloy-docker-proxy ] || docker rename ${ids.proxy} alloy-docker-proxy
docker update --restart unless-stopped ${ids.proxy} >/dev/null
docker start ${ids.proxy} >/dev/null`);
});

test("the agent has time to write down how far it came", () => {
  const alloy = record.containers.find(({ name }) => name === "alloy");
  expect(alloy && scripts.putAside(alloy)).toContain(`docker stop -t 30 ${ids.alloy} `);
});

test("each restart policy comes back; what did not run is not started", () => {
  const [init, alloy] = record.containers;
  if (!init || !alloy) throw new Error("no containers");
  expect(scripts.putBack(alloy)).toContain(`docker update --restart on-failure:3 ${ids.alloy}`);
  expect(scripts.putBack(init)).toContain(`docker update --restart no ${ids.init}`);
  expect(scripts.putBack(init)).not.toContain("docker start");
});

test("what a deployment that was cut off left is removed, also where Pulumi does not know of it", () => {
  const undo = plan(planArgs).flatMap((step) => step.undo);
  const { action } =
    undo.find(({ title }) => title === "remove what is left of it on the host") ?? {};
  expect(action?.kind === "host" && action.script).toContain(
    "rm -rf config/versions config/current secrets",
  );
});
