import { expect, test } from "vitest";
import { positionsNote } from "../../../cli/adopt/positions.ts";

/** A positions file as Alloy writes it: a map is the key, and long text may be folded. */
const file = (labels: string) =>
  `positions:\n  ? path: cursor-1\n    labels: '${same}'\n  : "1764000000"\n  ? path: cursor-2\n    labels: '${labels}'\n  : "1764000000"\n`;

const meta = '__meta_docker_container_name="/web", __meta_docker_network_ip="172.18.0.2"';
const same = `{${meta}, compose_project="web", compose_service="web", container="web", host="svlnas", job="docker"}`;

test.each([
  ["the same labels", same],
  ["a folded label set", same.replace(", compose_project", ",\n      compose_project")],
  ["no compose labels", `{${meta}, container="web", host="svlnas", job="docker"}`],
])("%s: nothing to tell", (_, labels) => {
  expect(positionsNote(file(labels), "svlnas")).toBeUndefined();
});

test.each(["positions: {}\n", ""])("nothing to tell of %j", (text) => {
  expect(positionsNote(text, "svlnas")).toBeUndefined();
});

test.each([
  ["no container", `{${meta}, host="svlnas", job="docker"}`, "container"],
  ["another host and job", `{${meta}, container="a", host="nas", job="d"}`, "host, job"],
  ["one more", `{${meta}, container="a", host="svlnas", job="docker", image="x"}`, "image"],
])("%s is told", (_, labels, names) => {
  expect(positionsNote(file(labels), "svlnas")).toContain(`container lines otherwise (${names}).`);
});
