import { readlink } from "node:fs/promises";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { inNamespace, noNamespaces } from "../../../lab/check/namespace.ts";
import { processesOf, serverPath, until } from "../../../lab/processes.ts";

const env = { PATH: serverPath() };
const why = await noNamespaces();

describe.skipIf(why)("a namespace of a lab", () => {
  const inside = async (script: string) => {
    const [unshare, args] = inNamespace(["sh", "-c", script]);
    return (await execa(unshare, args, { env })).stdout;
  };

  it.each(["net", "mnt", "pid"])("is another one: %s", async (kind) => {
    const file = `/proc/self/ns/${kind}`;
    expect(await inside(`readlink ${file}`)).not.toBe(await readlink(file));
  });

  it("shows its own processes alone, a /run and logs of its own, and the lab's name server", async () => {
    const script =
      "mountpoint -q /run && mountpoint -q /var/log && cat /etc/resolv.conf && ps -e -o comm=";
    expect((await inside(script)).split("\n")).toEqual([
      "nameserver 127.0.0.1",
      ...["sh", "sh", "ps"],
    ]);
  });

  it("has devices of its own, so that two can each have a /dev/log", async () => {
    expect(
      await inside(
        "ln -sf /made-inside /dev/log && readlink /dev/log && echo >/dev/null && ls /dev/pts/ptmx",
      ),
    ).toBe("/made-inside\n/dev/pts/ptmx");
    expect(await readlink("/dev/log").catch(() => "none")).not.toBe("/made-inside");
  });

  it("passes on how its program ended", async () => {
    const [unshare, args] = inNamespace(["sh", "-c", "exit 7"]);
    expect((await execa(unshare, args, { env, reject: false })).exitCode).toBe(7);
  });

  it("takes all its processes along when it is killed", async () => {
    const [unshare, args] = inNamespace(["sh", "-c", "sleep 97531 & setsid sleep 97532"]);
    const running = execa(unshare, args, { env, reject: false });
    const sleeping = async () =>
      (await Promise.all(["97531", "97532"].map((time) => processesOf("sleep", time)))).flat()
        .length;
    expect(await until(async () => (await sleeping()) === 2, 5)).toBe(true);
    running.kill("SIGKILL");
    await running;
    expect(await until(async () => (await sleeping()) === 0, 5)).toBe(true);
  });
});

it.runIf(why)("a machine that can't have it says why", () => {
  expect(why).toMatch(/\w/);
});
