import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  commandLine,
  endFromPidFile,
  findCommand,
  pidFrom,
  processesOf,
  startDetached,
} from "../../lab/processes.ts";

let dir: string;
let files: { logFile: string; pidFile: string };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "processes-"));
  files = { logFile: join(dir, "log"), pidFile: join(dir, "pid") };
});
afterEach(() => rm(dir, { recursive: true }));

it("a program that was started is found by its pid file and ended", async () => {
  const pid = await startDetached("sleep", ["98765"], files);
  expect(await pidFrom(files.pidFile, "sleep 98765")).toBe(pid);
  expect(await processesOf("sleep", "98765")).toEqual([pid]);
  await endFromPidFile(files.pidFile, "sleep 98765");
  expect(await commandLine(pid)).toBeUndefined();
  await expect(readFile(files.pidFile)).rejects.toThrow("ENOENT");
});

it("a process without a command line, as while it loads its program, is not taken for one that ended", async () => {
  const child = spawn("cat", [], { argv0: "" });
  try {
    await writeFile(files.pidFile, String(child.pid));
    expect(await commandLine(child.pid as number)).toBe("");
    expect(await pidFrom(files.pidFile, "")).toBe(child.pid);
  } finally {
    child.kill();
  }
});

it("a process that only has the number of a program that was started is left alone", async () => {
  await writeFile(files.pidFile, String(process.pid));
  expect(await pidFrom(files.pidFile, "dockerd --data-root")).toBeUndefined();
  await endFromPidFile(files.pidFile, "dockerd --data-root");
  expect(await commandLine(process.pid)).toContain("node");
});

it("a shell that merely mentions a program is not one", async () => {
  const pid = await startDetached("sh", ["-c", "sleep 3; : dockerd --bridge x"], files);
  expect(await processesOf("dockerd", "--bridge")).not.toContain(pid);
  await endFromPidFile(files.pidFile, "dockerd --bridge x");
});

it("a program that can't be started is an error", async () => {
  await expect(startDetached("/nowhere/dockerd", [], files)).rejects.toThrow("ENOENT");
});

it("commands are found by name and by path", () => {
  expect(findCommand("sh")).toMatch(/\/sh$/);
  expect(findCommand("/bin/sh")).toBe("/bin/sh");
  expect(findCommand("no-such-command")).toBeUndefined();
});
