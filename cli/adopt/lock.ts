import { hostname, userInfo } from "node:os";
import { type PulumiCli, PulumiFailure } from "../shared/pulumi-cli.ts";

/** Another update holds the stack. Whatever it does, nothing may be done beside it. */
export class StackLocked extends Error {}

/** As the CLI tells who holds a stack whose state is in files. */
const holder = /created by (.+)@(\S+) \(pid (\d+)\)/g;

/**
 * Runs an update of the stack. A lock that stands in its way is released only where a killed run of this
 * user on this machine left it: any other one may be in use.
 */
export async function updateUnlessLocked(
  pulumi: PulumiCli,
  stack: string,
  update: () => Promise<void>,
): Promise<void> {
  try {
    return await update();
  } catch (error) {
    const said = error instanceof PulumiFailure ? error.stderr : "";
    if (!/currently locked by|Another update is currently in progress/.test(said)) throw error;
    const holders = [...said.matchAll(holder)];
    if (holders.length === 0 || !holders.every(isOursAndGone)) {
      throw new StackLocked(lockedText(stack, holders));
    }
  }
  await pulumi.run(["cancel", "--yes", "--stack", stack]);
  return update();
}

function isOursAndGone([, user, machine, pid]: RegExpExecArray): boolean {
  return user === userInfo().username && machine === hostname() && !runs(Number(pid));
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function lockedText(stack: string, holders: RegExpExecArray[]): string {
  const by = holders.map(([, user, machine, pid]) => ` by ${user}@${machine} (pid ${pid})`);
  return (
    `stack ${stack} is locked${by.join(" and")}, so nothing more was done or undone. When that update has ended, ` +
    `give the same command again; if it was killed: pulumi cancel --stack ${stack}`
  );
}
