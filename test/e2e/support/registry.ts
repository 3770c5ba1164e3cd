import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { dockerClient, type Engine } from "../../../lab/docker-engine.ts";
import { hostProgram } from "../../../lab/host-programs.ts";
import { endProcess, startDetached, until } from "../../../lab/processes.ts";

/** Where images are pushed to; Docker takes loopback addresses without TLS. */
const PUSH_AT = "127.0.0.1:19500";
/** What engines and the CLI ask for images of docker.io. */
const HUB = "registry-1.docker.io";

/**
 * Debian's docker-registry as Docker Hub: filled with images of an engine, then started in a namespace whose
 * /etc/hosts says that Docker Hub is this machine.
 */
export async function simulatedDockerHub(folder: string) {
  const file = (name: string) => join(folder, name);
  const images = file("images");
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(file("push.yml"), configOf(images, `addr: ${PUSH_AT}`)),
    writeFile(
      file("hub.yml"),
      configOf(
        images,
        `addr: "127.0.0.1:443", tls: { certificate: ${file("crt")}, key: ${file("key")} }`,
      ),
    ),
    writeFile(file("hosts"), `127.0.0.1 localhost ${HUB}\n`),
    execa("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", `/CN=${HUB}`],
      ...["-addext", `subjectAltName=DNS:${HUB}`, "-keyout", file("key"), "-out", file("crt")],
    ]),
  ]);
  const registry = await hostProgram("docker-registry");
  const start = `mount --bind ${file("hosts")} /etc/hosts && { ${registry} serve ${file("hub.yml")} & }`;
  return {
    /** The command that runs another one where Docker Hub is this registry. */
    before: (command: string[]) => ["sh", "-c", `${start} && exec "$@"`, "sh", ...command],
    /** Environment in which programs trust it, and nobody else. */
    env: { SSL_CERT_FILE: file("crt") },
    fill: (engine: Engine, named: Record<string, string>) =>
      fill(engine, named, [registry, "serve", file("push.yml")], folder),
  };
}

const configOf = (images: string, http: string) => `version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: ${JSON.stringify(images)} } }
http: { ${http} }
`;

/** Pushes images, given by names such as `docker.io/library/node:24`; returns each name's digest. */
async function fill(
  engine: Engine,
  named: Record<string, string>,
  [command = "", ...args]: string[],
  folder: string,
): Promise<Record<string, string>> {
  const files = { logFile: join(folder, "log"), pidFile: join(folder, "pid") };
  const pid = await startDetached(command, args, files);
  try {
    await listening();
    const digests: Record<string, string> = {};
    for (const [name, image] of Object.entries(named)) {
      digests[name] = await push(engine, image, name);
    }
    return digests;
  } finally {
    await endProcess(pid, 5);
  }
}

async function listening(): Promise<void> {
  const answers = () =>
    fetch(`http://${PUSH_AT}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(answers, 30)))
    throw new Error(`docker-registry does not listen on ${PUSH_AT}.`);
}

async function push(engine: Engine, image: string, name: string): Promise<string> {
  const docker = dockerClient(engine.host);
  const [path, tag] = name.replace("docker.io/", "").split(":");
  const repo = `${PUSH_AT}/${path}`;
  await docker.getImage(image).tag({ repo, tag });
  const tagged = docker.getImage(`${repo}:${tag}`);
  const answer = await tagged.push({ authconfig: {} });
  const said = await new Promise<unknown[]>((done, failed) =>
    docker.modem.followProgress(answer, (error, all) => (error ? failed(error) : done(all))),
  );
  const digest = (await tagged.inspect()).RepoDigests?.find((one) => one.startsWith(`${repo}@`));
  await tagged.remove();
  if (!digest) throw new Error(`${repo}:${tag} was not pushed: ${JSON.stringify(said.at(-1))}`);
  return digest.slice(`${repo}@`.length);
}
