import {
  commandLine,
  exitCodes,
  namedStack,
  runCommand,
  stackOption,
  timeoutOption,
  timeoutSeconds,
  WrongUsage,
  yesOption,
} from "../shared/command-line.ts";
import type { Console } from "../shared/terminal.ts";
import { parseEnv } from "./env-file.ts";
import { removeOld, removeRecord } from "./host-scripts.ts";
import { reasonOf, rollBack, run, type Step } from "./run.ts";
import { type Situation, type Sources, see, situation } from "./situation.ts";
import { type Previewing, previewWith } from "./stack-settings.ts";
import { stepsOf } from "./steps.ts";

/** What the command needs from its surroundings. */
export interface Surroundings extends Sources, Previewing, Omit<Console, "terminal"> {
  /** Text of a file; of standard input for `-`. */
  read(file: string): Promise<string>;
  /** Asks the operator. */
  confirm(question: string): Promise<boolean>;
  /** Proves that everything arrives from the agent that took over then, in ms since 1970; throws if not. */
  prove(stack: string, since: number, timeoutSeconds?: number): Promise<void>;
}

const line = commandLine({
  name: "adopt",
  help: {
    about:
      "Moves a host from the compose service of Grafana Alloy to this program. The new agent continues " +
      "with ./data; if anything fails, the old service is put back. The same command resumes a run that was " +
      "interrupted.",
    examples: [
      "--stack svlnas --env OLD.env --plan",
      "--stack svlnas --env OLD.env",
      "--stack svlnas --roll-back",
      "--stack svlnas --clean-up",
    ],
    ends: { ok: "it is done", failed: "it failed or was declined" },
  },
  options: {
    ...stackOption,
    env: {
      type: "string",
      value: "FILE",
      help: "the old .env; - reads standard input: sops -d secret.sops.env | npm run adopt -- … --env -",
    },
    plan: {
      type: "boolean",
      default: false,
      help: "shows what would be done, and changes nothing",
    },
    ...yesOption,
    ...timeoutOption,
    "roll-back": {
      type: "boolean",
      default: false,
      help: "puts the old service back, whether the adoption was interrupted or is done",
    },
    "clean-up": {
      type: "boolean",
      default: false,
      help: "removes the old containers of an adoption that is done",
    },
  },
  read(values) {
    const modes = (["plan", "roll-back", "clean-up"] as const).filter((mode) => values[mode]);
    const { env, yes } = values;
    const stack = namedStack(values);
    if (modes.length > 1) throw new WrongUsage(`--${modes.join(" and --")} can't be both`);
    return { stack, mode: modes[0] ?? "adopt", yes, env, timeoutSeconds: timeoutSeconds(values) };
  },
});
type Arguments = ReturnType<typeof line.read>;

/** Runs `adopt` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async (given) => {
    if (given.mode === "roll-back") await takeBack(given, around);
    else if (given.mode === "clean-up") await cleanUp(given, around);
    else await adopt(given, around);
    return exitCodes.ok;
  });
}

async function adopt(args: Arguments, around: Surroundings): Promise<void> {
  const { stack, mode } = args;
  const now = await situation(around, stack, await oldFile(args, around));
  const { phase } = now.record;
  if (phase === "moving") {
    const steps = stepsOf(now, means(args, around, now));
    around.out(planText(steps, now));
    await previewWith(around, stack, now.changes);
    if (mode === "plan") return;
    await wanted(now.resumed ? "Continue it?" : "Adopt this host?", args, around);
    await run(steps, around.say, around.signal);
  }
  around.out(doneText(stack, now.site.directory));
}

async function takeBack(args: Arguments, around: Surroundings): Promise<void> {
  const { record, ...seen } = await see(around, args.stack);
  if (!record) {
    throw new Error(`the host of ${args.stack} has no adopt.json: there is nothing to put back`);
  }
  await wanted(
    "Destroy what this program deployed, and start the old service again?",
    args,
    around,
  );
  const plan = { record, changes: [], site: seen.site, images: [] };
  around.say(await rollBack(stepsOf(plan, means(args, around, seen)), around.say));
}

async function cleanUp(args: Arguments, around: Surroundings): Promise<void> {
  const { record, onHost, site } = await see(around, args.stack);
  if (record?.phase !== "adopted") {
    throw new Error(
      `no adoption of ${args.stack} is done: there is nothing to clean up. ` +
        `To continue one that was interrupted: npm run adopt -- --stack ${args.stack}`,
    );
  }
  await wanted("Remove the old containers for good?", args, around);
  await onHost(removeOld(record));
  await onHost(removeRecord(site));
  around.out(`Removed ${record.containers.map(({ name }) => name).join(", ")} of compose.\n`);
}

async function wanted(question: string, { yes }: Arguments, around: Surroundings): Promise<void> {
  if (yes || (await around.confirm(question))) return;
  throw new Error("declined, nothing was changed");
}

function means(
  { stack, timeoutSeconds }: Arguments,
  { pulumi, signal, prove }: Surroundings,
  { onHost }: Pick<Situation, "onHost">,
) {
  return { onHost, pulumi, signal, prove: (since: number) => prove(stack, since, timeoutSeconds) };
}

async function oldFile({ env }: Arguments, around: Surroundings) {
  if (env === undefined) return undefined;
  const name = env === "-" ? "standard input" : env;
  try {
    return parseEnv(name, await around.read(env));
  } catch (error) {
    throw new Error(`${name} can't be read: ${reasonOf(error)}`);
  }
}

/** What will be done, what is taken back when it fails, and what to see to before. */
function planText(steps: readonly Step[], { notes, resumed, changes }: Situation): string {
  const keeps = changes.some(({ path }) => path === "networks.existing");
  return `${resumed ? "An adoption of this host was interrupted. Repeating its steps does no harm:" : "The plan:"}
${steps.map(({ title }, index) => `  ${index + 1}. ${title}`).join("\n")}
If a step fails, all steps are undone in reverse order, until the old service runs as before.

${keeps ? "alloy-frontend and alloy-backend stay as compose created them, with all their containers.\n" : ""}\
${notes.map((note) => `${note}\n`).join("")}\
Before you say yes: take the service out of whatever deploys it by itself (dccd.sh, a cron job, Watchtower). \
\`docker compose up\` of it would fail: the names of its containers are taken.
`;
}

function doneText(stack: string, directory: string): string {
  return `Done. The host of ${stack} runs this program's agent; the old containers are stopped and kept.
  npm run adopt -- --stack ${stack} --roll-back   puts them back
  npm run adopt -- --stack ${stack} --clean-up    removes them, after a few days
Left for you: remove ${directory}/.env, which holds the old passwords, and revoke the old tokens.
`;
}
