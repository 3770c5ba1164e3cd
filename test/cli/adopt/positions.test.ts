import { expect, test } from "vitest";
import { labelsIn, positionsNote } from "../../../cli/adopt/positions.ts";

/** A positions file as Alloy writes it: a map is the key, and long text may be folded. */
const file = (...labels: string[]) =>
  `positions:\n${labels
    .map((text, index) => `  ? path: cursor-${index}\n    labels: '${text}'\n  : "1764000000"\n`)
    .join("")}`;

const meta = '__meta_docker_container_name="/web", __meta_docker_network_ip="172.18.0.2"';
const same = `{${meta}, compose_project="web", compose_service="web", container="web", host="svlnas", job="docker"}`;

test("labels that discovery adds are not told", () => {
  const [labels] = labelsIn(file(same));
  expect(Object.fromEntries(labels ?? [])).toEqual({
    ...{ compose_project: "web", compose_service: "web", container: "web" },
    ...{ host: "svlnas", job: "docker" },
  });
});

test("a folded label set is read as one", () => {
  const folded = same.replace(", compose_project", ",\n      compose_project");
  expect(positionsNote(file(folded), "svlnas")).toBeUndefined();
  expect(labelsIn(file(folded))).toEqual(labelsIn(file(same)));
});

test.each([
  ["the same labels", same],
  ["no compose labels", `{${meta}, container="web", host="svlnas", job="docker"}`],
])("%s: nothing to tell", (_, labels) => {
  expect(positionsNote(file(labels), "svlnas")).toBeUndefined();
});

test.each([
  ["no container", `{${meta}, host="svlnas", job="docker"}`, "container"],
  ["another host and job", `{${meta}, container="a", host="nas", job="d"}`, "host, job"],
  ["one more", `{${meta}, container="a", host="svlnas", job="docker", image="x"}`, "image"],
])("%s is told", (_, labels, names) => {
  expect(positionsNote(file(same, labels), "svlnas")).toBe(
    `The old service labels container lines otherwise (${names}). Positions are kept by labels, so ` +
      "each container's log is read again as far as Docker has it, at most 167 h, and arrives a second time " +
      "under the new labels. Nothing is lost.",
  );
});

test("a file without positions has nothing to tell", () => {
  expect(labelsIn("positions: {}\n")).toEqual([]);
  expect(labelsIn("")).toEqual([]);
});
