import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as auto from "@pulumi/pulumi/automation/index.js";
import { pulumiEngine } from "../../../lab/pulumi.ts";

/** One stack in a file backend of its own, driven by the real engine. */
export interface TestStack {
  /** What it did to resources that were not left alone, as `create NAME`; providers are left out. */
  up(): Promise<{ steps: string[]; outputs: auto.OutputMap }>;
  /** What differed from the state, by kind: `{}` if nothing did. */
  refresh(): Promise<Record<string, number>>;
  destroy(): Promise<unknown>;
  /** Takes away the lock that a killed run left. */
  cancel(): Promise<void>;
  /** The state file as it lies on the disk. */
  stateFile(): string;
}

const open = new Set<auto.Stack>();

let engine: ReturnType<typeof pulumiEngine> | undefined;

/** The lab's engine, looked for once. */
function labEngine(): ReturnType<typeof pulumiEngine> {
  engine ??= pulumiEngine();
  return engine;
}

/** Destroys what is left of every stack since the last call, also of those whose test failed. */
export async function destroyAll(): Promise<void> {
  const stacks = [...open];
  open.clear();
  for (const stack of stacks) await stack.destroy();
}

/** Makes a stack of `program`; `env` is what `startDoubles` gave. */
export async function testStack(
  program: auto.PulumiFn,
  env: Record<string, string>,
): Promise<TestStack> {
  const backend = mkdtempSync(join(tmpdir(), "doubles-"));
  const { command: pulumiCommand } = await labEngine();
  const url = `file://${backend}`;
  const projectSettings = { name: "doubles", runtime: "nodejs", backend: { url } };
  const envVars = { ...env, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_SKIP_UPDATE_CHECK: "true" };
  const stack = await auto.LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName: "doubles", program },
    { pulumiCommand, projectSettings, envVars },
  );
  open.add(stack);
  return {
    up: async () => {
      const steps: string[] = [];
      const { outputs } = await stack.up({
        onEvent: ({ resourcePreEvent }) => {
          const { op = "same", type = "", urn = "" } = resourcePreEvent?.metadata ?? {};
          if (op === "same" || /^pulumi:(pulumi:Stack|providers:)/.test(type)) return;
          steps.push(`${op} ${urn.split("::").at(-1)}`);
        },
      });
      return { steps, outputs };
    },
    refresh: async () => {
      const { same: _same, ...drift } = (await stack.refresh()).summary.resourceChanges ?? {};
      return drift;
    },
    destroy: () => stack.destroy(),
    cancel: () => stack.cancel(),
    stateFile: () => readFileSync(join(backend, ".pulumi/stacks/doubles/test.json"), "utf8"),
  };
}
