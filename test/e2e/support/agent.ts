import { addressIn } from "../../../lab/world/networks.ts";
import type { TestLab } from "./lab.ts";

/** Where the agent's own HTTP server is reached from this machine. */
async function agentUrl(lab: TestLab): Promise<string> {
  return `http://${await addressIn(lab.client, "alloy", "alloy-frontend")}:12345`;
}

/** Ids of the components that the agent runs. */
export async function loadedComponents(lab: TestLab): Promise<string[]> {
  const answer = await fetch(`${await agentUrl(lab)}/api/v0/web/components`);
  return ((await answer.json()) as { localID: string }[]).map(({ localID }) => localID);
}

/** Sum of one of the agent's counters now, over the series that have all of the given labels. */
export async function counter(lab: TestLab, name: string, labels: string[] = []): Promise<number> {
  const text = await (await fetch(`${await agentUrl(lab)}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => new RegExp(`^${name}[{ ]`).test(line))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
