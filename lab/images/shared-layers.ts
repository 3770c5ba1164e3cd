import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type DebianLayer, debianLayer } from "./layers.ts";

/** Users whose programs look themselves up; the agent's 3125 stays a number, as in its real image. */
const PASSWD = [
  "root:x:0:0:root:/root:/sbin/nologin",
  "postgres:x:70:70:PostgreSQL:/var/lib/postgresql:/sbin/nologin",
  "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
];

/** glibc, certificates and time zones: what a dynamically linked program needs, and no shell. */
const BASE: DebianLayer = {
  name: "base",
  packages: ["libc6", "ca-certificates", "tzdata"],
  keep: /^libgcc-s1$/,
  finish: finishBase,
};

/** One static file with links of the commands' names to it. */
const BUSYBOX: DebianLayer = {
  name: "busybox",
  packages: ["busybox-static"],
  finish: linkApplets,
};

export const baseLayer = () => debianLayer(BASE);
export const busyboxLayer = () => debianLayer(BUSYBOX);

async function finishBase(tree: string): Promise<void> {
  const groups = PASSWD.map((line) => line.split(":")).map(
    ([name, , , gid]) => `${name}:x:${gid}:`,
  );
  await makeTmp(tree);
  await mkdir(join(tree, "root"), { mode: 0o700 });
  await mkdir(join(tree, "run"));
  await mkdir(join(tree, "var"), { recursive: true });
  await symlink("../run", join(tree, "var/run"));
  await writeFile(join(tree, "etc/passwd"), lines(PASSWD));
  await writeFile(join(tree, "etc/group"), lines(groups));
  await writeFile(join(tree, "etc/nsswitch.conf"), lines(["hosts: files dns"]));
  await writeFile(join(tree, "etc/ssl/certs/ca-certificates.crt"), await trustedCertificates(tree));
}

/** What `update-ca-certificates` would write: every certificate of the package in one file. */
async function trustedCertificates(tree: string): Promise<string> {
  const dir = join(tree, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(dir)).sort();
  return (await Promise.all(names.map((name) => readFile(join(dir, name), "utf8")))).join("");
}

async function linkApplets(tree: string): Promise<void> {
  const busybox = join(tree, "usr/bin/busybox");
  const { stdout } = await execa(busybox, ["--list"]);
  const names = stdout.split("\n").filter((name) => name && name !== "busybox");
  await Promise.all(names.map((name) => symlink("busybox", join(tree, "usr/bin", name))));
  await makeTmp(tree);
  await rm(join(tree, "usr/share"), { recursive: true, force: true });
}

/** Writable for every user; `mkdir` alone would apply this process's umask. */
async function makeTmp(tree: string): Promise<void> {
  await mkdir(join(tree, "tmp"));
  await chmod(join(tree, "tmp"), 0o1777);
}

const lines = (text: string[]) => `${text.join("\n")}\n`;
