import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Lab } from "../../lab/lab.ts";
import { labDir } from "../../lab/paths.ts";
import type { ContainerSpec } from "../../lab/world/containers.ts";
import { LAB_LABEL } from "../../lab/world/networks.ts";
import { LAB_NETWORK } from "../../lab/world/sinks.ts";
import { LOGGING } from "../../lab/world/stand-ins.ts";
import { BENCH_LABEL } from "../bench-containers.ts";
import { oneShot } from "../run.ts";

/** The container that runs the document's configuration, and the host name that its data carries. */
export const DOCUMENT = { container: "bench-document", host: "document" } as const;

const CONFIG_FILE = "/etc/alloy/document.alloy";
const STATE_DIRECTORY = "/var/lib/alloy";
const JOURNAL = "/var/log/journal";
/** Mounts of `alloy` that the other one has its own of, or none. */
const OWN_TARGETS = ["/etc/alloy", "/etc/alloy-secrets", STATE_DIRECTORY];

/** A container that writes a line a second, as a service of a compose project. */
export function loadContainer(image: string, number: number): ContainerSpec {
  const name = `bench-${String(number).padStart(2, "0")}`;
  return {
    name,
    image,
    ...LOGGING,
    labels: {
      [BENCH_LABEL]: "true",
      "com.docker.compose.project": "bench",
      "com.docker.compose.service": name,
    },
    networks: { [LAB_NETWORK.name]: {} },
    memory: 16,
  };
}

/** Starts the second agent beside `alloy`. */
export async function startDocument(docker: Docker, lab: Lab): Promise<void> {
  const alloy = await docker.getContainer("alloy").inspect();
  const Labels = { [LAB_LABEL]: "true", [BENCH_LABEL]: "true" };
  await docker.createVolume({ Name: DOCUMENT.container, Labels });
  const state = `/state/data && chown ${alloy.Config.User} /state/data`;
  await oneShot(lab, `${DOCUMENT.container}:/state`, `mkdir ${state}`);
  const [first, ...others] = Object.keys(alloy.NetworkSettings.Networks);
  const container = await docker.createContainer({
    name: DOCUMENT.container,
    Labels,
    ...likeAlloy(alloy, { configFile: await readableConfig(), journal: lab.facts.journal.path }),
    Env: documentEnv(lab.world),
    NetworkingConfig: { EndpointsConfig: { [first ?? ""]: {} } },
  });
  for (const network of others) {
    await docker.getNetwork(network).connect({ Container: container.id });
  }
  await container.start();
}

/**
 * The same image, user, groups, limits and view of the host as `alloy`. `journal` is where this machine has a
 * journal: the document reads one directory, and it may be the other one that has entries.
 */
export function likeAlloy(
  { Image, Config, HostConfig, NetworkSettings }: Docker.ContainerInspectInfo,
  { configFile, journal }: { configFile: string; journal: string },
) {
  const binds = (HostConfig.Binds ?? []).filter((bind) => bind.split(":")[1] !== JOURNAL);
  const mounts = (HostConfig.Mounts ?? []).filter(({ Target }) => !OWN_TARGETS.includes(Target));
  return {
    Image,
    User: Config.User,
    Cmd: [...(Config.Cmd ?? []).slice(0, -1), CONFIG_FILE],
    HostConfig: {
      ...HostConfig,
      RestartPolicy: { Name: "no" },
      NetworkMode: Object.keys(NetworkSettings.Networks)[0],
      Binds: [...binds, `${journal}:${JOURNAL}:ro`],
      Mounts: [
        ...mounts,
        { Type: "bind", Source: configFile, Target: CONFIG_FILE, ReadOnly: true },
        { Type: "volume", Source: DOCUMENT.container, Target: STATE_DIRECTORY },
      ] satisfies Docker.MountConfig,
    },
  };
}

/** The variables that the document names, for the lab's sinks and its stand-in for GitHub. */
export function documentEnv({
  metrics,
  logs,
  github,
}: Pick<Lab["world"], "metrics" | "logs" | "github">): string[] {
  return [
    `HOSTNAME_OVERRIDE=${DOCUMENT.host}`,
    `GRAFANA_PROM_URL=${metrics.pushUrl}`,
    `GRAFANA_PROM_USERNAME=${metrics.username}`,
    `GRAFANA_PROM_PASSWORD=${metrics.password}`,
    `GRAFANA_LOKI_URL=${logs.pushUrl}`,
    `GRAFANA_LOKI_USERNAME=${logs.username}`,
    `GRAFANA_LOKI_PASSWORD=${logs.password}`,
    `GITHUB_API_TOKEN=${github.token}`,
    `GITHUB_API_URL=${github.url}`,
  ];
}

/** A copy that the agent's user can read, whatever the mode of the checkout is. */
async function readableConfig(): Promise<string> {
  const directory = join(labDir, "bench");
  await mkdir(directory, { recursive: true });
  const file = join(directory, "document.alloy");
  await copyFile(join(import.meta.dirname, "document.alloy"), file);
  await chmod(file, 0o644);
  return file;
}
