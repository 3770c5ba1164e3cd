import { setTimeout } from "node:timers/promises";
import { execa } from "execa";

/** How long an opener is watched, in ms: one that stays is the browser itself. */
const WATCH = 2000;

/** Commands that open a page, by platform. */
const openers: Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
  linux: ["xdg-open"],
};

/** Opens a page in the operator's browser; false where that is not possible. */
export async function browse(url: string, opener = openers[process.platform]): Promise<boolean> {
  if (!opener) return false;
  const [command, ...args] = opener;
  const options = { detached: true, cleanup: false, stdio: "ignore", reject: false } as const;
  const running = execa(command, [...args, url], options);
  // Neither this command nor the browser waits for the other.
  running.unref();
  const opened = running.then(({ failed }) => !failed);
  return Promise.race([opened, setTimeout(WATCH, true)]);
}
