import { appendFile } from "node:fs/promises";
import type Docker from "dockerode";
import { LAB_LABEL } from "../../../lab/world/networks.ts";
import type { TestLab } from "./lab.ts";

export interface Writer {
  name: string;
  /** Shell script of the container; what it prints is its log. Default: sleeps. */
  script?: string;
  labels?: Record<string, string>;
  /** Networks that it is on, the first one at its start. Default: the lab's own. */
  networks?: [string, ...string[]];
}

/** Runs a container that writes what a test wants; the lab's label has it removed with the lab. */
export async function writer(lab: TestLab, wanted: Writer): Promise<Docker.Container> {
  const { name, script = "sleep 86400", labels, networks = ["lab"] } = wanted;
  const [first, ...others] = networks;
  const container = await lab.client.createContainer({
    name,
    Image: lab.facts.images?.init ?? "busybox",
    Cmd: ["sh", "-c", script],
    Labels: { ...labels, [LAB_LABEL]: "true" },
    HostConfig: { NetworkMode: first, LogConfig: { Type: "json-file", Config: {} } },
  });
  for (const network of others) await lab.client.getNetwork(network).connect({ Container: name });
  await container.start();
  return container;
}

/** Removes containers by name; those that aren't there are fine. */
export async function removeWriters(lab: TestLab, names: string[]): Promise<void> {
  const all = await lab.client.listContainers({ all: true, filters: { name: names } });
  const ours = all.filter(({ Names }) => names.includes(Names[0]?.slice(1) ?? ""));
  await Promise.all(ours.map(({ Id }) => lab.client.getContainer(Id).remove({ force: true })));
}

/** Puts entries of any age into a container's log, in the form in which Docker keeps it. */
export async function writeAged(
  container: Docker.Container,
  entries: { text: string; hoursAgo: number }[],
): Promise<void> {
  const { LogPath } = (await container.inspect()) as unknown as { LogPath: string };
  const lines = entries.map(({ text, hoursAgo }) => {
    const time = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
    return `${JSON.stringify({ log: `${text}\n`, stream: "stdout", time })}\n`;
  });
  await appendFile(LogPath, lines.join(""));
}

/** Labels that Docker Compose would put on a container. */
export function compose(project: string, service: string): Record<string, string> {
  return { "com.docker.compose.project": project, "com.docker.compose.service": service };
}
