import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { expect } from "vitest";
import { destroyStacks } from "../../../lab/destroy.ts";
import { dockerClient } from "../../../lab/docker-engine.ts";
import { type Lab, startLab } from "../../../lab/lab.ts";
import { inLab } from "../../../lab/settings.ts";
import { type StackSettings, stateFileOf } from "../../../lab/stack.ts";
import { stackFile } from "../../../lab/stack-file.ts";
import { leaveFrontend } from "../../../lab/world.ts";

export interface TestLab extends Lab {
  client: Docker;
}

/** The lab with no stack deployed: what `make up` or an earlier test left is destroyed. */
export async function emptyLab(): Promise<TestLab> {
  const lab = await startLab();
  await destroyStacks(lab);
  return { ...lab, client: dockerClient(lab.docker.host) };
}

/**
 * Takes the Traefik stand-in out of the agent's network, as an operator has to before that can be removed. What
 * the program does while it is still in there: plugin-traps.test.ts.
 */
export async function removeTraefik(lab: Lab): Promise<void> {
  await leaveFrontend(lab.docker);
}

/** The settings of a stack file as the lab completes them, changed as a test wants. */
export async function settingsOf(
  lab: Lab,
  name: string,
  change: (settings: StackSettings) => StackSettings = (settings) => settings,
): Promise<StackSettings> {
  return change(inLab(stackFile(name), lab.facts));
}

/** The stack's state file as it lies on disk. */
export function stateFile(name: string): Promise<string> {
  return readFile(stateFileOf(name), "utf8");
}

/** Asserts that nothing of the service is on the engine. */
export async function expectNothingLeft({ client }: TestLab): Promise<void> {
  const names = { name: ["^/alloy", "^alloy-"] };
  expect(await client.listContainers({ all: true, filters: names })).toEqual([]);
  expect(await client.listNetworks({ filters: { name: ["^alloy-"] } })).toEqual([]);
}
