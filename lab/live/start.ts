import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { labDir } from "../paths.ts";
import type { Sinks } from "../pictures/collect.ts";
import { freePort } from "../ports.ts";
import { endFromPidFile, logTail, startDetached, until } from "../processes.ts";

/** Port to look for first. */
const PORT = 19482;

const directory = join(labDir, "live");
const main = resolve(import.meta.dirname, "main.ts");
const settingsFile = join(directory, "settings.json");
const pidFile = join(directory, "live.pid");
const logFile = join(directory, "live.log");

/** Starts the page with the dashboards, with the code of now, and answers its address. */
export async function startLive({ metrics, logs }: Sinks): Promise<string> {
  await stopLive();
  await mkdir(directory, { recursive: true });
  const port = await freePort(PORT);
  await writeFile(settingsFile, JSON.stringify({ port, metrics, logs }), { mode: 0o600 });
  await startDetached(process.execPath, [main, settingsFile], { logFile, pidFile });
  const url = `http://127.0.0.1:${port}/`;
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  if (await until(answers, 20)) return url;
  throw new Error(
    `The page with the dashboards does not answer at ${url}:\n${await logTail(logFile)}`,
  );
}

export async function stopLive(): Promise<void> {
  await endFromPidFile(pidFile, main);
}
