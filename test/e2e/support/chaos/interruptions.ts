import { privateEngine } from "../../../../lab/docker-engine/daemon.ts";
import { processesOf } from "../../../../lab/processes.ts";
import type { Sshd } from "../../../../lab/sshd.ts";
import { LAB_LABEL } from "../../../../lab/world/networks.ts";
import { GATEWAY } from "../../../../lab/world/sinks.ts";
import type { TestLab } from "../lab.ts";
import type { Way } from "../way.ts";
import type { Disk } from "./disk.ts";

/** What may happen while an operator's command runs. */
export interface Interruption {
  name: string;
  begin(site: Site): Promise<unknown>;
  /** Takes the cause away, where it does not go by itself. */
  end?(site: Site): Promise<unknown>;
  /** The agent can't write down what it has scraped meanwhile. */
  losesSamples?: true;
  /** An agent that is stopped meanwhile can't deliver the lines that it has read, as docs/signals.md says. */
  keepsLines?: true;
}

export interface Site {
  lab: TestLab;
  sshd: Sshd;
  /** The connection to `sshd`. */
  way: Way;
  stack: string;
  /** Where the service's directory is. */
  disk: Disk;
}

export const interruptions: readonly Interruption[] = [
  { name: "the CLI is killed", begin: ({ stack }) => killCli(stack) },
  { name: "Docker's daemon is killed", begin: ({ lab }) => killDockerd(lab) },
  { name: "sshd is killed", begin: ({ sshd }) => sshd.kill() },
  {
    name: "the connection is lost",
    begin: async ({ way }) => way.close(),
    end: ({ way }) => way.open(),
  },
  {
    name: "the disk is full",
    begin: ({ disk }) => disk.fill(),
    end: ({ disk }) => disk.makeRoom(),
    losesSamples: true,
  },
  {
    name: "the sinks are away",
    begin: ({ lab }) => lab.client.getContainer(GATEWAY).stop(),
    end: ({ lab }) => lab.client.getContainer(GATEWAY).start(),
    keepsLines: true,
  },
];

async function killCli(stack: string): Promise<void> {
  for (const cli of await processesOf("pulumi", stack)) process.kill(cli, "SIGKILL");
}

/** The host's init starts it again; the lab's own containers, which no policy restarts, are started here. */
async function killDockerd({ client }: TestLab): Promise<void> {
  const filters = { label: [`${LAB_LABEL}=true`] };
  const ran = await client.listContainers({ filters });
  await privateEngine.restart("killed");
  const runs = new Set((await client.listContainers({ filters })).map(({ Id }) => Id));
  const ended = ran.filter(({ Id }) => !runs.has(Id));
  await Promise.all(ended.map(({ Id }) => client.getContainer(Id).start()));
}
