import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
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

/** Resources that pull an image, where the lab's engine can; else the images are there already. */
export function imageResources(lab: Lab): number {
  return lab.facts.images ? 0 : 3;
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

/** Runs a program in a container on the lab's engine and returns what it printed. */
export async function runIn(
  lab: TestLab,
  args: { network: string; command: string[] },
): Promise<string> {
  const image = lab.facts.images?.init ?? "busybox";
  const chunks: Buffer[] = [];
  const { Writable } = await import("node:stream");
  const sink = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  // Not removed by the engine itself: on a busy machine that is done before its end can be waited for.
  const [, container] = await lab.client.run(image, args.command, sink, {
    HostConfig: { NetworkMode: args.network },
    Tty: true,
  });
  await container.remove();
  return Buffer.concat(chunks).toString();
}
