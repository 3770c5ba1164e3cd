import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { browser } from "../host-programs.ts";

/** What a browser made of a page. */
export interface Seen {
  /** The document, once it has loaded. */
  dom: string;
  /** What it wrote to the console: errors of the page among it. */
  console: string[];
}

/** Opens a page in headless Chromium. */
export async function look(url: string): Promise<Seen> {
  const { stdout, stderr } = await chromium(["--dump-dom", url]);
  return { dom: stdout, console: stderr.split("\n").filter((line) => line.includes("CONSOLE")) };
}

/** Writes a picture of a page, as PNG. */
export async function screenshot(url: string, file: string, size: `${number},${number}`) {
  await chromium([`--screenshot=${file}`, `--window-size=${size}`, "--hide-scrollbars", url]);
}

async function chromium(args: string[]) {
  const program = await browser();
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  // It refuses to keep its sandbox as root, which the lab often is; the pages are the lab's own.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const flags = ["--headless", "--disable-gpu", "--enable-logging=stderr", ...asRoot];
  // Frames load after the document: it waits for them, in its own time.
  const wait = ["--virtual-time-budget=10000", `--user-data-dir=${profile}`];
  try {
    return await execa(program, [...flags, ...wait, ...args], { timeout: 60_000 });
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}
