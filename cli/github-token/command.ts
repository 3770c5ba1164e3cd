import type { Ask } from "../../components/github/github-ask.ts";
import {
  commandLine,
  exitCodes,
  namedStack,
  runCommand,
  stackOption,
  WrongUsage,
} from "../shared/command-line.ts";
import { announced } from "../shared/progress.ts";
import type { Console } from "../shared/terminal.ts";
import { checkToken } from "./check.ts";
import { creationPage, instructions } from "./page.ts";
import type { PolledRepositories } from "./stack-config.ts";

export interface Surroundings extends Console {
  /** What the stack's host polls. */
  polled(stack: string): Promise<PolledRepositories>;
  /** Shows a page to the operator; false where there is no browser. */
  browse(url: string): Promise<boolean>;
  /** The token that the operator gives; nothing if none. */
  readToken(): Promise<string | undefined>;
  /** A way to ask GitHub with a token. */
  askWith(apiUrl: string, token: string): Ask;
  /** Stores the token as a secret of the stack. */
  store(stack: string, token: string): Promise<void>;
  now(): Date;
  /** Whether a person sits at a terminal. */
  interactive: boolean;
}

const line = commandLine({
  name: "github-token",
  help: {
    about:
      "Opens GitHub's form for the token, filled in; reads the token without showing it, or from " +
      "standard input where that is no terminal; checks it against GitHub and stores it as a secret of " +
      "the stack.",
    examples: ["--stack svlnas", "--stack svlnas --days 30", "--stack svlnas --no-browser"],
    ends: { ok: "the token is stored", failed: "something is wrong with it" },
  },
  options: {
    ...stackOption,
    days: {
      type: "string",
      default: "90",
      value: "DAYS",
      help: "how long the token lives, 1 to 366; default 90",
    },
    "no-browser": {
      type: "boolean",
      default: false,
      help: "prints the address of GitHub's page and opens no browser",
    },
  },
  read(values) {
    const { days, "no-browser": noBrowser } = values;
    const stack = namedStack(values);
    if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > 366) {
      throw new WrongUsage(`--days must be 1 to 366, not ${JSON.stringify(days)}`);
    }
    return { stack, days: Number(days), browser: !noBrowser };
  },
});

/** Runs `github-token` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, days, browser }) => {
    const reading = `reading the configuration of ${stack}`;
    const polled = await announced(around.say, reading, () => around.polled(stack));
    const wanted = { stack, days, ...polled };
    const page = creationPage(wanted, around.now());
    if (around.interactive) {
      for (const line of instructions(wanted, page)) around.say(line);
      if (browser && !(await around.browse(page)))
        around.say("No browser opened: open the page yourself.");
    }
    const token = await around.readToken();
    if (!token) throw new Error("no token was given, nothing was stored.");
    return store(stack, token, polled, around);
  });
}

/** Stores a token that has no fault; says all that is wrong with one that has. */
async function store(
  stack: string,
  token: string,
  { repositories, apiUrl }: PolledRepositories,
  around: Surroundings,
): Promise<number> {
  // What does not look like a token is sent nowhere: it may be anything that was in the clipboard.
  if (!/^(github_pat|gh[a-z])_\w+$/.test(token)) {
    throw new Error(
      "that is not a GitHub token, which starts with github_pat_; nothing was stored.",
    );
  }
  const check = () => checkToken(around.askWith(apiUrl, token), repositories, around.now());
  const found = await announced(around.say, "checking the token against GitHub", check);
  const { faults, unclear, warnings, expiresAt } = found;
  if (faults.length > 0 || unclear.length > 0) {
    around.say("The token was not stored:");
    for (const sentence of [...faults, ...unclear]) around.say(`  ${sentence}`);
    return exitCodes.failed;
  }
  await around.store(stack, token);
  for (const warning of warnings) around.say(`warning: ${warning}`);
  const end = expiresAt ? ` It expires on ${expiresAt.toISOString().slice(0, 10)}.` : "";
  around.out(
    `Stored as grafana-alloy:githubToken of stack ${stack}.${end} \`pulumi up --stack ${stack}\` puts it on the host.\n`,
  );
  return exitCodes.ok;
}
