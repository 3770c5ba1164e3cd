import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  applyPermissions,
  checkoutStatus,
  directoryInCheckout,
  foreignDirectory,
} from "../../lab/host-directories.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "host-directories-"));
});
afterEach(() => rm(root, { recursive: true }));

const access = async (path: string) => {
  const { uid, gid, mode } = await stat(path);
  return [uid, gid, (mode & 0o7777).toString(8)];
};

/** Only root gives files away. */
describe.runIf(process.getuid?.() === 0)("directories of another user", () => {
  test("are closed to all others, up to the root", async () => {
    const directory = await foreignDirectory(root);
    for (let at = directory; at !== root; at = dirname(at)) {
      expect(await access(at)).toEqual([950, 950, "770"]);
    }
  });

  test("take over all that is in them when permissions are applied anew, until undone", async () => {
    const secret = join(root, "secrets", "token");
    await mkdir(dirname(secret));
    await writeFile(secret, "secret");
    await chown(secret, 3125, 3125);
    await chmod(secret, 0o400);
    await symlink("nowhere", join(root, "current"));
    const undo = await applyPermissions(root);
    expect(await access(secret)).toEqual([950, 950, "770"]);
    expect(await access(dirname(secret))).toEqual([950, 950, "770"]);
    await undo();
    expect(await access(secret)).toEqual([3125, 3125, "400"]);
    expect((await access(dirname(secret))).slice(0, 2)).toEqual([0, 0]);
  });
});

test("a checkout sees what is written into the service's directory, but for its data", async () => {
  const directory = await directoryInCheckout(root);
  await mkdir(join(directory, "data"), { recursive: true });
  await writeFile(join(directory, "data", "state"), "");
  expect(await checkoutStatus(root)).toBe("");
  await mkdir(join(directory, "config"));
  await writeFile(join(directory, "config", "host.json"), "{}");
  expect(await checkoutStatus(root)).toBe("?? services/alloy/");
});
