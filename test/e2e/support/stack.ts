import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as auto from "@pulumi/pulumi/automation/index.js";
import { pulumiEngine } from "../../../lab/pulumi.ts";

/** What a run did to one resource; the stack and providers are left out. */
export interface Step {
  op: string;
  name: string;
}

/** One stack in a file backend of its own, driven by the real engine. */
export interface TestStack {
  preview(): Promise<Step[]>;
  up(): Promise<{ steps: Step[]; outputs: auto.OutputMap; output: string }>;
  /** What differed from the state, by kind: `{}` if nothing did. */
  refresh(): Promise<Record<string, number>>;
  destroy(): Promise<void>;
  /** Takes away the lock that a killed run left. */
  cancel(): Promise<void>;
  /** The state file as it lies on the disk. */
  stateFile(): string;
}

let found: ReturnType<typeof pulumiEngine> | undefined;

/** The lab's engine, looked for once. */
function labPulumi(): ReturnType<typeof pulumiEngine> {
  found ??= pulumiEngine();
  return found;
}

const open = new Set<TestStack>();

/** Destroys what is left of every stack since the last call, also of those whose test failed. */
export async function destroyAll(): Promise<void> {
  const stacks = [...open];
  open.clear();
  for (const stack of stacks) await stack.destroy();
}

/** Makes a stack of `program`; `env` is what `startDoubles` gave. */
export async function testStack(
  program: () => Promise<Record<string, unknown> | undefined>,
  env: Record<string, string>,
): Promise<TestStack> {
  const backend = mkdtempSync(join(tmpdir(), "doubles-"));
  const { command: pulumiCommand } = await labPulumi();
  const projectSettings = {
    name: "doubles",
    runtime: "nodejs",
    backend: { url: `file://${backend}` },
  };
  const envVars = { ...env, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_SKIP_UPDATE_CHECK: "true" };
  const stack = await auto.LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName: "doubles", program },
    { pulumiCommand, projectSettings, envVars },
  );
  const made: TestStack = {
    preview: async () => {
      const steps: Step[] = [];
      await stack.preview({ onEvent: recordInto(steps) });
      return steps;
    },
    up: async () => {
      const steps: Step[] = [];
      let output = "";
      const onOutput = (text: string) => {
        output += text;
      };
      try {
        const result = await stack.up({ onEvent: recordInto(steps), onOutput, onError: onOutput });
        return { steps, outputs: result.outputs, output };
      } catch (error) {
        throw new UpError(`${error}\n${output}`, steps);
      }
    },
    refresh: async () => {
      const { same: _same, ...drift } = (await stack.refresh()).summary.resourceChanges ?? {};
      return drift;
    },
    destroy: async () => {
      open.delete(made);
      await stack.destroy();
    },
    cancel: () => stack.cancel(),
    stateFile: () => readFileSync(join(backend, ".pulumi/stacks/doubles/test.json"), "utf8"),
  };
  open.add(made);
  return made;
}

/** A failed `up`: all that it printed, and what it did before it failed. */
class UpError extends Error {
  readonly steps: Step[];

  constructor(text: string, steps: Step[]) {
    super(text);
    this.steps = steps;
  }
}

/** Steps that change something. */
export function changes(steps: Step[]): Step[] {
  return steps.filter(({ op }) => op !== "same");
}

function recordInto(steps: Step[]): (event: auto.EngineEvent) => void {
  return ({ resourcePreEvent }) => {
    const step = resourcePreEvent?.metadata;
    if (!step || /^pulumi:(pulumi:Stack|providers:)/.test(step.type)) return;
    steps.push({ op: step.op, name: step.urn.split("::").at(-1) ?? "" });
  };
}
