import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { pack } from "tar-stream";
import { labSetting } from "./engine.ts";

/** An image made of nothing but Debian's static busybox: the lab can't pull any. */
export const IMAGE = "doubles/busybox:1";

/** The lab's Docker engine, with the test image on it. */
export async function labDocker(): Promise<Docker> {
  const socketPath = labSetting("LAB_DOCKER_HOST").replace("unix://", "");
  const docker = new Docker({ socketPath });
  const busybox = "/bin/busybox";
  if (!existsSync(busybox)) throw new Error("no /bin/busybox: apt-get install busybox-static");
  const tar = pack();
  tar.entry({ name: "bin", type: "directory", mode: 0o755 });
  tar.entry({ name: "bin/busybox", mode: 0o755 }, readFileSync(busybox));
  for (const applet of ["sh", "sleep", "true", "false", "cat", "echo"]) {
    tar.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox" });
  }
  tar.finalize();
  const changes = ["ENV PATH=/bin"];
  const options = { repo: IMAGE.split(":")[0], tag: "1", changes };
  // tar-stream's Pack is a stream by streamx, which the types of Node don't know.
  const stream = await docker.importImage(tar as unknown as NodeJS.ReadableStream, options);
  await new Promise((done) => docker.modem.followProgress(stream, done));
  return docker;
}

/** A real sshd on loopback, whose sessions use the lab's Docker engine. */
export interface TestHost {
  port: number;
  hostKey: string;
  privateKey: string;
  privateKeyFile: string;
  /** For the `ssh` command. */
  options: string[];
  stop(): void;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

export async function startHost(): Promise<TestHost> {
  const dir = mkdtempSync(join(tmpdir(), "doubles-sshd-"));
  const path = (name: string) => join(dir, name);
  for (const key of ["host", "id"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(key)]);
  }
  const port = await freePort();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${path("host")}`,
    `AuthorizedKeysFile ${path("id.pub")}`,
    "PidFile none",
    "StrictModes no",
    "PasswordAuthentication no",
    "UsePAM no",
    "AcceptEnv LAB_*",
    "Subsystem sftp internal-sftp",
    `SetEnv DOCKER_HOST=${labSetting("LAB_DOCKER_HOST")}`,
  ];
  writeFileSync(path("sshd_config"), `${config.join("\n")}\n`);
  execFileSync("mkdir", ["-p", "/run/sshd"]);
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-f", path("sshd_config"), "-E", path("log")]);
  const hostKey = readFileSync(path("host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  writeFileSync(path("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  await sleep(500);
  return {
    port,
    hostKey,
    privateKey: readFileSync(path("id"), "utf8"),
    privateKeyFile: path("id"),
    options: ["-i", path("id"), "-o", `UserKnownHostsFile=${path("known_hosts")}`],
    stop: () => sshd.kill(),
  };
}
