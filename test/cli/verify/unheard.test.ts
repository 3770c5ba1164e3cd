import { expect, test } from "vitest";
import { type RunningContainer, unheard } from "../../../cli/verify/checks/unheard.ts";
import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { bareFacts } from "../support/facts.ts";

const running: RunningContainer[] = [
  { name: "web", driver: "json-file", log: "lines", service: "web", project: "shop" },
  { name: "db", driver: "json-file", log: "silent" },
  { name: "mute", driver: "none", log: "unreadable" },
];
const judged = (exclude: Partial<VerifyFacts["logs"]["exclude"]>, ...heard: string[]) => {
  const logs = { ...bareFacts.logs, exclude: { containers: [], composeServices: [], ...exclude } };
  const lineCounts = heard.map((container) => ({ labels: { container }, value: 3 }));
  const { count, detail } = unheard({ ...bareFacts, logs }, running).judge({
    ...{ metrics: [], logs: [], lineCounts },
  });
  return [count, detail];
};
const web = "web: it wrote lines within a day, and none of them is here (log driver json-file)";
const mute = "mute: Docker can't read logs back from its log driver none";

test.each<[what: string, ReturnType<typeof judged>, count: number, detail: string]>([
  ["that wrote and were not heard are named", judged({}), 2, `${web}; ${mute}`],
  ["that were heard are not, nor is a silent one", judged({}, "web"), 1, mute],
  ["and are excluded do not count", judged({ containers: ["mute"] }, "web"), 0, "2 containers run"],
  ["by their service, too", judged({ composeServices: ["shop/web"] }), 1, mute],
])("containers that run, %s", (_, found, count, detail) => expect(found).toEqual([count, detail]));
