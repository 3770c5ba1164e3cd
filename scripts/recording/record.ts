import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A line that a terminal showed, with its ANSI sequences, and when, in ms since the first command began. */
export interface RecordedLine {
  text: string;
  at: number;
}

/** Runs commands one after the other, each in a terminal of its own, and answers what these showed. */
export async function record(commands: string[], columns: number): Promise<RecordedLine[]> {
  const begin = Date.now();
  const lines: RecordedLine[] = [];
  const show = (text: string) => lines.push({ text, at: Date.now() - begin });
  for (const command of commands) {
    show(`$ ${command}`);
    await run(`stty cols ${columns}; ${command}`, show);
  }
  return lines;
}

/** util-linux's `script` gives the command a terminal; Node has none. */
async function run(command: string, show: (line: string) => void): Promise<void> {
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) show(line.trimEnd());
  const code = await ended;
  if (code !== 0) throw new Error(`${command}: exit code ${code}`);
}
