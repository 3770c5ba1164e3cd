// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { carryPositions, KEPT } from "../../components/files/carry-positions.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

const entry = (id: string, labels: string, seconds: number) =>
  `  ? path: cursor-${id}\n    labels: ${labels}\n  : "${seconds}"\n`;

/** The entries of the file after the script, in order. */
function carried(...entries: string[]): string[] {
  using host = new SimulatedHost();
  const file = join(host.site.directory, "data/data/loki.source.docker.containers/positions.yml");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `positions:\n${entries.join("")}`);
  expect(host.run(carryPositions(host.site))).toMatchObject({ status: 0, stderr: "" });
  const [first, ...rest] = readFileSync(file, "utf8").split(/^(?= {2}\?)/m);
  expect(first).toBe("positions:\n");
  return rest.sort();
}

const meta = '__meta_docker_container_id="a1"';
const kept = `'{${meta}, __meta_docker_container_label_note="it''s \\"so\\", c=\\\\", __meta_docker_container_name="/web"}'`;
const network = '__meta_docker_container_network_mode="lab", __meta_docker_network_ip="172.18.0.2"';
const old = `'{__address__="172.18.0.2:80", ${kept.slice(2, -2)}, ${network}, container="web", host="nas", job="docker"}'`;

test.each([
  ["of an old key", [entry("a1", old, 7)], [entry("a1", kept, 7), entry("a1", old, 7)]],
  [
    "is the newest of a container's keys, for all of them",
    [entry("a1", old, 9), entry("a1", kept, 10)],
    [entry("a1", kept, 10), entry("a1", old, 10)],
  ],
  ["of a key of today stays alone", [entry("a1", kept, 7)], [entry("a1", kept, 7)]],
  [
    "of a key without the container's id, or in another form, stays",
    [entry("b2", `'{job="docker"}'`, 7), entry("c3", '"{a=\\"\\U0001F600\\"}"', 8)],
    [entry("b2", `'{job="docker"}'`, 7), entry("c3", '"{a=\\"\\U0001F600\\"}"', 8)],
  ],
])("the position %s", (_what, before, after) => {
  expect(carried(...before)).toEqual(after.sort());
});

test("the labels kept are those that the pipeline keeps", () => {
  const pipeline = readFileSync(join(pipelineDirectory, "containers.alloy"), "utf8");
  expect(pipeline).toContain(`regex  = "${KEPT}"\n\t\taction = "labelkeep"`);
});

test("without a file nothing is done", () => {
  using host = new SimulatedHost();
  expect(host.run(carryPositions(host.site))).toMatchObject({ status: 0, stderr: "" });
});
