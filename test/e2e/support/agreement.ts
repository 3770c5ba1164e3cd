import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { expect } from "vitest";
import type { TestLab } from "./lab.ts";

interface Resource {
  type: string;
  id: string;
  outputs: { name: string };
}

/** Asserts that the state and the host have the same containers and networks, and that the service runs. */
export async function expectAgreement(
  { client }: TestLab,
  deployment: Awaited<ReturnType<Stack["exportStack"]>>["deployment"],
): Promise<void> {
  expect(inState(deployment.resources)).toEqual(await onHost(client));
  for (const name of ["alloy", "alloy-docker-proxy"]) {
    const { State } = await client.getContainer(name).inspect();
    expect(State.Running, name).toBe(true);
  }
}

/** Containers and networks by name with their ids, as the state has them. */
function inState(resources: Resource[]): Record<string, string> {
  const docker = resources.filter(({ type }) => /^docker:.*:(Container|Network)$/.test(type));
  return Object.fromEntries(docker.map(({ id, outputs }) => [outputs.name, id]));
}

async function onHost(client: TestLab["client"]): Promise<Record<string, string>> {
  const filters = { name: ["^/alloy"] };
  const containers = await client.listContainers({ all: true, filters });
  const networks = await client.listNetworks({ filters: { name: ["^alloy-"] } });
  return Object.fromEntries([
    ...containers.map(({ Names, Id }) => [Names[0]?.slice(1), Id]),
    ...networks.map(({ Name, Id }) => [Name, Id]),
  ]);
}
