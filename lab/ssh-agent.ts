import { join } from "node:path";
import { execa } from "execa";
import { labDir } from "./paths.ts";
import { endFromPidFile, startDetached, until } from "./processes.ts";

const dir = join(labDir, "ssh");
const [pidFile, logFile] = [join(dir, "agent.pid"), join(dir, "agent.log")];

/** Where the agent listens that holds the key for the lab's sshd. */
export const agentSocket = join(dir, "agent");

/** Starts an ssh-agent with one key, for this process and what it starts from now on. */
export async function startAgent(privateKeyFile: string): Promise<void> {
  await startDetached("ssh-agent", ["-D", "-a", agentSocket], { logFile, pidFile });
  process.env.SSH_AUTH_SOCK = agentSocket;
  const added = async () =>
    (await execa("ssh-add", ["-q", privateKeyFile], { reject: false })).exitCode === 0;
  if (!(await until(added, 10))) throw new Error("the lab's ssh-agent takes no key");
}

/** Ends the lab's agent, if it runs. */
export async function stopAgent(): Promise<void> {
  await endFromPidFile(pidFile, agentSocket);
}
