import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { labDir, repoDir } from "../paths.ts";
import { serverPath } from "../processes.ts";
import { elapsed, say } from "../progress.ts";
import { interrupted } from "./interrupt.ts";
import { inNamespace } from "./namespace.ts";
import { inOrder, shareOut } from "./queue.ts";
import type { Report } from "./report.ts";

/** The files that take longest: one that begins last would run alone at the end. */
export const LONGEST_FIRST = [
  "local",
  "chaos",
  "credentials",
  "adopt",
  "plugin-traps",
  "docker-double",
  "faults",
  "signals",
  "docker-double-host",
  "hosts",
  "newcomer",
  "pulled",
  "dashboards",
  "recovery",
  "cli",
  "socket-proxy",
  "sshd",
];

const directory = "test/e2e";
const labWorker = resolve(import.meta.dirname, "worker.ts");

/** Runs the tests that need a lab in several of them, side by side, and answers a report for each file. */
export async function testInLabs(
  count: number,
  files: readonly string[],
  worker = labWorker,
): Promise<Report[]> {
  const labs: LabProcess[] = [];
  const open = async (number: number) => {
    const lab = labProcess(number, worker);
    labs.push(lab);
    await answerOf(lab, `start lab ${number}`);
    return (file: string) => testFile(lab, number, file);
  };
  try {
    return await shareOut(
      files,
      Array.from({ length: count }, (_, i) => open(i + 1)),
    );
  } finally {
    await Promise.all(labs.map(end));
  }
}

type LabProcess = ReturnType<typeof labProcess>;

/** A lab in namespaces of its own. It is told over a channel what to test, and ends when that is closed. */
function labProcess(number: number, worker: string) {
  const [command, args] = inNamespace([process.execPath, ...process.execArgv, worker]);
  const prefixed = function* (line: unknown) {
    yield `lab ${number} | ${line}`;
  };
  const lab = execa(command, args, {
    cwd: repoDir,
    env: { PATH: serverPath(), LAB_DIR: join(labDir, `${number}`) },
    ipc: true,
    stdin: "ignore",
    stdout: [prefixed, "inherit"],
    stderr: [prefixed, "inherit"],
    buffer: false,
    reject: false,
    // A Ctrl-C is for this process: the lab has to take itself down first.
    detached: true,
  });
  interrupted.addEventListener("abort", () => close(lab));
  return lab;
}

async function testFile(lab: LabProcess, number: number, file: string): Promise<Report> {
  say(`tests: ${file} in lab ${number}`);
  const begin = Date.now();
  const report = (await answerOf(lab, file)) as Report;
  say(`  ${file} ${report.success ? "passed" : "failed"} (${elapsed(begin)})`);
  return report;
}

/** Sends a lab what to do and waits for what comes of it. */
async function answerOf(lab: LabProcess, task: string): Promise<unknown> {
  try {
    const [answer] = await Promise.all([lab.getOneMessage(), lab.sendMessage(task)]);
    return answer;
  } catch (cause) {
    interrupted.throwIfAborted();
    throw new Error(`The lab ended before it had done this: ${task}. See its output above.`, {
      cause,
    });
  }
}

async function end(lab: LabProcess): Promise<void> {
  close(lab);
  await lab;
}

function close(lab: LabProcess): void {
  if (lab.connected) lab.disconnect();
}

/** The files whose tests need a lab, in the order in which they are handed out. */
export async function labTests(): Promise<string[]> {
  const names = (await readdir(join(repoDir, directory)))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => name.replace(".test.ts", ""));
  return inOrder(names, LONGEST_FIRST).map((name) => `${directory}/${name}.test.ts`);
}
