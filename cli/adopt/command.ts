import { exitCodes, runCommand } from "../shared/command-line.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import { type Arguments, line } from "./arguments.ts";
import { removeOld, removeRecord } from "./host-scripts.ts";
import type { HostShell } from "./host-shell.ts";
import { performer } from "./perform.ts";
import { previewWith } from "./preview.ts";
import { reasonOf, rollBack, run } from "./run.ts";
import { recorded, type Situation, type Sources, situation } from "./situation.ts";
import { plan, type Step } from "./steps.ts";
import { doneText, faultsText, planText, takenBackText } from "./texts.ts";

/** What the command needs from its surroundings. */
export interface Surroundings {
  pulumi: PulumiCli;
  /** The stack's own file, `Pulumi.<stack>.yaml`. */
  stackFile(stack: string): string;
  host: Sources["host"];
  /** Text of a file; of standard input for `-`. */
  read(file: string): Promise<string>;
  /** Asks the operator. */
  confirm(question: string): Promise<boolean>;
  /** Proves that everything arrives from the agent that took over then, in ms since 1970; throws if not. */
  prove(stack: string, since: number, timeoutSeconds?: number): Promise<void>;
  /** Where results go. */
  out(text: string): void;
  /** Where progress and faults go, a line each. */
  say(line: string): void;
  /** Set when the operator breaks it off. */
  signal: AbortSignal;
}

/** Runs `adopt` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, (understood) => {
    if (understood.mode === "roll-back") return takeBack(understood, around);
    if (understood.mode === "clean-up") return cleanUp(understood, around);
    return adopt(understood, around);
  });
}

async function adopt(args: Arguments, around: Surroundings): Promise<number> {
  const { stack, env, mode } = args;
  const old = env === undefined ? undefined : await readOld(env, around);
  const now = await situation({ stack, ...around }, old);
  if ("faults" in now) return faulty(args, around, now.faults);
  if (now.record.phase === "adopted") {
    around.out(doneText(stack, now.site.directory));
    return exitCodes.ok;
  }
  const steps = plan(now);
  around.out(planText(steps, now));
  await previewWith(around, stack, now.changes);
  if (mode === "plan") return exitCodes.ok;
  const question = now.resumed ? "Go on with it?" : "Adopt this host?";
  if (!(args.yes || (await around.confirm(question)))) {
    around.say("adopt: not wanted, nothing was changed");
    return exitCodes.failed;
  }
  return carryOut(steps, now, args, around);
}

async function carryOut(steps: Step[], now: Situation, args: Arguments, around: Surroundings) {
  const perform = performOn(now.host, args, around);
  const outcome = await run(steps, { perform, say: around.say, signal: around.signal });
  if (outcome.failure === undefined) {
    around.out(doneText(args.stack, now.site.directory));
    return exitCodes.ok;
  }
  around.say(takenBackText(outcome));
  return exitCodes.failed;
}

async function takeBack(args: Arguments, around: Surroundings): Promise<number> {
  const known = await recorded({ stack: args.stack, ...around });
  if ("faults" in known) return faulty(args, around, known.faults);
  const { host, site, record } = known;
  if (!record) throw new Error(noRecord(args.stack, "put back"));
  const steps = plan({ record, changes: [], site, images: [], resumed: true });
  const question = "Destroy what this program deployed, and start the old service again?";
  if (!(args.yes || (await around.confirm(question)))) return notWanted(around);
  const perform = performOn(host, args, around);
  await perform({ kind: "unlock" });
  const left = await rollBack(steps, { perform, say: around.say });
  around.say(takenBackText({ left }));
  return left.length === 0 ? exitCodes.ok : exitCodes.failed;
}

async function cleanUp(args: Arguments, around: Surroundings): Promise<number> {
  const known = await recorded({ stack: args.stack, ...around });
  if ("faults" in known) return faulty(args, around, known.faults);
  const { host, site, record } = known;
  if (record?.phase !== "adopted") throw new Error(noRecord(args.stack, "clean up", record?.phase));
  if (!(args.yes || (await around.confirm("Remove the old containers for good?")))) {
    return notWanted(around);
  }
  await host.run(removeOld(record));
  await host.run(removeRecord(site));
  around.out(`Removed ${record.containers.map(({ name }) => name).join(", ")} of compose.\n`);
  return exitCodes.ok;
}

function performOn(host: HostShell, { stack, timeoutSeconds }: Arguments, around: Surroundings) {
  const { pulumi, signal } = around;
  const prove = (since: number) => around.prove(stack, since, timeoutSeconds);
  return performer({ stack, host, pulumi, prove, signal });
}

async function readOld(file: string, around: Surroundings) {
  const name = file === "-" ? "standard input" : file;
  try {
    return { name, text: await around.read(file) };
  } catch (error) {
    throw new Error(`${name} can't be read: ${reasonOf(error)}`);
  }
}

function faulty(
  { stack }: Arguments,
  around: Surroundings,
  faults: Parameters<typeof faultsText>[1],
) {
  around.say(faultsText(stack, faults));
  return exitCodes.failed;
}

function notWanted(around: Surroundings): number {
  around.say("adopt: not wanted, nothing was changed");
  return exitCodes.failed;
}

function noRecord(stack: string, what: string, phase?: string): string {
  if (phase) {
    return `the adoption of ${stack} was cut off, there is nothing to ${what} yet: npm run adopt -- --stack ${stack}`;
  }
  return `the host of ${stack} has no adopt.json: there is nothing to ${what}`;
}
