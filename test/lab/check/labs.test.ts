import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noNamespaces } from "../../../lab/check/namespace.ts";
import { processesOf, until } from "../../../lab/processes.ts";

const main = join(import.meta.dirname, "support", "main.ts");
const why = process.getuid?.() === 0 ? await noNamespaces() : "not root";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "labs-"));
});
afterEach(() => rm(dir, { recursive: true }));

const noted = async () => {
  const file = join(dir, "notes");
  return existsSync(file) ? (await readFile(file, "utf8")).trimEnd().split("\n").sort() : [];
};
const start = (...files: string[]) =>
  execa(process.execPath, [main, ...files], {
    env: { NOTES: join(dir, "notes") },
    reject: false,
  });

describe.skipIf(why)("labs side by side", () => {
  it("test each file once, each in a directory of its own, and are taken down", async () => {
    const { stdout, exitCode } = await start("a", "b", "c");
    const reports: { task: string; lab: string }[] = JSON.parse(stdout);
    expect(reports.map(({ task }) => task).sort()).toEqual(["a", "b", "c"]);
    for (const { lab } of reports) expect(lab).toMatch(/\/\.lab\/[12]$/);
    expect(await noted()).toEqual(["takes 1 down", "takes 2 down"]);
    expect(exitCode).toBe(0);
  });

  it("fail with what they were at when one of them dies", async () => {
    const { stderr, exitCode } = await start("dies");
    expect(stderr).toContain("The lab ended before it had done this: dies.");
    expect(exitCode).toBe(1);
  });

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "are taken down, and all they started ends, at a %s",
    async (signal) => {
      const running = start("hangs");
      const hanging = async () => /hangs in (\d)/.exec((await noted()).join())?.[1];
      expect(await until(async () => (await hanging()) !== undefined, 10)).toBe(true);
      const lab = await hanging();
      expect(await processesOf("sleep", "97533")).toHaveLength(1);
      running.kill(signal);
      await running;
      expect(await until(async () => (await processesOf("sleep", "97533")).length === 0, 10)).toBe(
        true,
      );
      const takenDown = async () => (await noted()).includes(`takes ${lab} down`);
      expect(await until(takenDown, 10)).toBe(true);
    },
  );
});
