import { spawn } from "node:child_process";

/** How long an opener is watched, in ms: one that stays is the browser itself. */
const WATCH = 2000;

/** Commands that open a page, by platform. */
const openers: Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
  linux: ["xdg-open"],
};

/** Opens a page in the operator's browser; false where that is not possible. */
export function browse(url: string, opener = openers[process.platform]): Promise<boolean> {
  if (!opener) return Promise.resolve(false);
  const [command, ...args] = opener;
  return new Promise((done) => {
    const child = spawn(command, [...args, url], { detached: true, stdio: "ignore" });
    const timer = setTimeout(() => done(true), WATCH);
    const end = (opened: boolean) => {
      clearTimeout(timer);
      done(opened);
    };
    child.once("error", () => end(false));
    child.once("exit", (code) => end(code === 0));
    // Neither this command nor the browser waits for the other.
    child.unref();
  });
}
