import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { dockerClient, dockerEngine } from "../../../lab/docker-engine.ts";
import { labImages } from "../../../lab/images.ts";
import { labDir } from "../../../lab/paths.ts";
import { startSshd } from "../../../lab/sshd.ts";

/** BusyBox under a name that no registry has. */
export const IMAGE = "doubles/busybox:1";

/** The lab's Docker engine, with the test image on it. */
export async function labDocker(): Promise<{ host: string; client: Docker }> {
  const engine = await dockerEngine();
  const { init } = await labImages(engine, ["init"]);
  const client = dockerClient(engine.host);
  const [repo = "", tag = ""] = IMAGE.split(":");
  await client.getImage(init).tag({ repo, tag });
  return { host: engine.host, client };
}

/** A real sshd on loopback, whose sessions use the lab's Docker engine. */
export interface TestHost {
  port: number;
  hostKey: string;
  privateKey: string;
  privateKeyFile: string;
  /** For the `ssh` command. */
  options: string[];
  stop(): Promise<void>;
}

export async function startHost(): Promise<TestHost> {
  const sshd = await startSshd(await dockerEngine(), { acceptEnv: "LAB_*" });
  const knownHosts = join(labDir, "ssh", "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
  return {
    ...sshd,
    privateKey: readFileSync(sshd.privateKeyFile, "utf8"),
    options: ["-i", sshd.privateKeyFile, "-o", `UserKnownHostsFile=${knownHosts}`],
  };
}
