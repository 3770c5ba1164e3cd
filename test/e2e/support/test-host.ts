import { writeFileSync } from "node:fs";
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
export async function startHost() {
  const { port, hostKey, privateKeyFile, stop } = await startSshd(await dockerEngine());
  const knownHosts = join(labDir, "ssh", "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  // For the `ssh` command; the alias holds for a way to the host through another port.
  const alias = `HostKeyAlias=[127.0.0.1]:${port}`;
  const options = ["-i", privateKeyFile, "-o", `UserKnownHostsFile=${knownHosts}`, "-o", alias];
  return { port, options, stop };
}
