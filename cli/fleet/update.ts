import {
  type EngineEvent,
  LocalWorkspace,
  type PreviewOptions,
  type PulumiCommand,
  Stack,
} from "@pulumi/pulumi/automation/index.js";
import { configSecrets } from "../../config/load.ts";
import program from "../../index.ts";
import { logFile } from "./log-file.ts";
import { masked } from "./mask.ts";
import { changesSentence, failureSentence } from "./sentence.ts";
import { type Outcome, oneLine } from "./work.ts";

export interface UpdateArgs {
  command: "preview" | "up";
  stack: string;
  /** Directory with `Pulumi.yaml` and the stack files. */
  directory: string;
  /** Absolute path of the log. */
  log: string;
}

/** Previews or updates one stack with the program in this process, one at a time. */
export async function update(
  { command, stack, directory, log }: UpdateArgs,
  pulumiCommand: PulumiCommand,
  signal: AbortSignal,
): Promise<Outcome> {
  const secrets = new Set<string>();
  const file = logFile(log, secrets);
  const events: EngineEvent[] = [];
  let stderr = "";
  // The Automation API hands an abort on as SIGINT, but loses one that comes before the CLI has said something.
  const cancel = new AbortController();
  let started = false;
  const cancelOnceStarted = () => {
    if (started && signal.aborted) cancel.abort();
  };
  signal.addEventListener("abort", cancelOnceStarted);
  const options: PreviewOptions = {
    color: "never",
    signal: cancel.signal,
    onEvent: (event) => void (isTold(event) && events.push(event)),
    onOutput: (text) => {
      started = true;
      cancelOnceStarted();
      file.write(text);
    },
    onError: (text) => {
      stderr += text;
      file.write(text);
    },
  };
  try {
    const remembering = async () => {
      for (const secret of configSecrets()) secrets.add(secret);
      return program();
    };
    const selected = await stackOf(stack, directory, remembering, pulumiCommand);
    if (command === "up") await selected.up({ ...options, showSecrets: false });
    else await selected.preview(options);
    const changes = events.findLast((event) => event.summaryEvent)?.summaryEvent?.resourceChanges;
    return { state: "ok", sentence: changesSentence(changes, command === "preview") };
  } catch (error) {
    if (signal.aborted) return { state: "cancelled", sentence: "cancelled in an orderly way" };
    const sentence = events.length > 0 || stderr ? failureSentence(events, stderr) : oneLine(error);
    return { state: "failed", sentence: masked(sentence, secrets) };
  } finally {
    file.close();
  }
}

/** What the outcome is told from; debug events are many and hold what is registered. */
function isTold({ summaryEvent, diagnosticEvent }: EngineEvent): boolean {
  return summaryEvent !== undefined || diagnosticEvent?.severity === "error";
}

/** The stack as it is in the backend. Its workspace leaves alone what the Automation API would do besides. */
async function stackOf(
  name: string,
  workDir: string,
  run: () => Promise<Record<string, unknown>>,
  pulumiCommand: PulumiCommand,
): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir, program: run, pulumiCommand });
  // It would become the operator's selected stack; every command here names its stack.
  workspace.selectStack = async () => {};
  // After an update it would read all outputs, secrets in plain, which nothing here wants.
  workspace.stackOutputs = async () => ({});
  return Stack.select(name, workspace);
}
