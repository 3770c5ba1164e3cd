import { expect, test } from "vitest";
import { putAside, putBack } from "../../../cli/adopt/host-scripts.ts";
import { idOf, record } from "./support/found.ts";

const [init, alloy, proxy] = record.containers as [never, never, never];
const id = idOf("alloy-docker-proxy");

test("a container is kept from starting by itself before it is stopped, and renamed last", () => {
  expect(putAside(proxy)).toBe(`
docker update --restart no ${id} >/dev/null
docker stop -t 2 ${id} >/dev/null
[ "$(docker inspect -f '{{.Name}}' ${id})" = /alloy-docker-proxy-before-adopt ] || docker rename ${id} alloy-docker-proxy-before-adopt`);
  expect(putBack(proxy)).toBe(`
[ "$(docker inspect -f '{{.Name}}' ${id})" = /alloy-docker-proxy ] || docker rename ${id} alloy-docker-proxy
docker update --restart unless-stopped ${id} >/dev/null
docker start ${id} >/dev/null`);
});

test("the agent has time to write down how far it came", () => {
  expect(putAside(alloy)).toContain(`docker stop -t 30 ${idOf("alloy")} `);
});

test("each restart policy comes back; what did not run is not started", () => {
  expect(putBack(alloy)).toContain(`docker update --restart on-failure:3 ${idOf("alloy")}`);
  expect(putBack(init)).toContain(`docker update --restart no ${idOf("alloy-init")}`);
  expect(putBack(init)).not.toContain("docker start");
});
