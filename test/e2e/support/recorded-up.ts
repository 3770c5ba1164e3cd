import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { expect } from "vitest";
import { stateFile, type TestLab } from "./lab.ts";
import { ProcessWatch } from "./process-watch.ts";
import { inspectService } from "./service.ts";

/** Deploys a stack and records where a secret could show while it does. */
export async function recordedUp(stack: Stack) {
  const output: string[] = [];
  const watch = new ProcessWatch();
  const { summary } = await stack.up({ onOutput: (text) => void output.push(text) });
  const commandLines = await watch.stop();
  const changes = summary.resourceChanges;
  return { stack: stack.name, changes, output: output.join(""), commandLines };
}

type Recorded = Awaited<ReturnType<typeof recordedUp>>;

/** Asserts that what others may read of a deployed stack holds no secret, nor a secret in base64. */
export async function expectNoSecret(
  lab: TestLab,
  recorded: Recorded,
  secrets: readonly string[],
): Promise<void> {
  const places = {
    "docker inspect": JSON.stringify(await inspectService(lab)),
    "the process list": recorded.commandLines,
    "the engine's output": recorded.output,
    "the state file": await stateFile(recorded.stack),
  };
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ]);
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(1000);
    for (const form of forms) {
      expect(form.length).toBeGreaterThan(10);
      expect(text.includes(form), `${place} holds a secret`).toBe(false);
    }
  }
}
