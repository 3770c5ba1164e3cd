import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type Docker from "dockerode";
import { repoDir } from "../../../lab/paths.ts";
import { LAB_LABEL } from "../../../lab/world/networks.ts";
import type { TestLab } from "./lab.ts";
import { compose } from "./writers.ts";

/** The service as the document's compose file makes it, on the lab's engine and through its API. */
export interface ComposeService {
  /** The service's directory on the host. */
  directory: string;
  /** Value of HOSTNAME_OVERRIDE. */
  host: string;
}

const PROJECT = "alloy";

/** Labels by which Compose knows its containers again. */
function labels(service: string, directory: string): Record<string, string> {
  return {
    ...compose(PROJECT, service),
    [LAB_LABEL]: "true",
    "com.docker.compose.config-hash": "0".repeat(64),
    "com.docker.compose.container-number": "1",
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.project.config_files": `${directory}/compose.yaml`,
    "com.docker.compose.project.working_dir": directory,
  };
}

/** The old `.env`, as SOPS leaves it. */
export function oldEnv({ world }: TestLab, password = world.metrics.password): string {
  const { metrics, logs } = world;
  return [
    "# Decrypted from secret.sops.env",
    `export GRAFANA_PROM_URL="${metrics.pushUrl}"`,
    `GRAFANA_PROM_USERNAME=${metrics.username} # instance id`,
    `GRAFANA_PROM_PASSWORD='${password}'`,
    `GRAFANA_LOKI_URL=${logs.pushUrl}`,
    `GRAFANA_LOKI_USERNAME=${logs.username}`,
    `GRAFANA_LOKI_PASSWORD=${logs.password}`,
    "MEM_LIMIT=640m",
    "DOMAINNAME=example.org",
    "",
  ].join("\n");
}

/** Runs the three containers, with the document's configuration, and Traefik's stand-in beside them. */
export async function startComposeService(lab: TestLab, service: ComposeService): Promise<void> {
  const { directory } = service;
  await mkdir(join(directory, "config"), { recursive: true });
  await mkdir(join(directory, "data"), { recursive: true });
  await chmod(directory, 0o755);
  await writeFile(join(directory, "config", "config.alloy"), await configuration());
  await writeFile(join(directory, ".env"), oldEnv(lab), { mode: 0o600 });
  await makeNetworks(lab.client);
  for (const [name, { HostConfig, ...options }] of Object.entries(containers(lab, service))) {
    const container = await lab.client.createContainer({
      name,
      ...options,
      Labels: labels(name, directory),
      HostConfig: {
        ...{ ReadonlyRootfs: true, SecurityOpt: ["no-new-privileges=true"] },
        ...{ LogConfig: { Type: "json-file", Config: {} }, ...HostConfig },
      },
    });
    if (name === "alloy") {
      await lab.client.getNetwork("alloy-backend").connect({ Container: container.id });
    }
    await container.start();
    if (name === "alloy-init") await container.wait();
  }
}

/**
 * The document's configuration as one file. It does not say so, but the service's own labels lines with the
 * container's name, too; positions are kept by labels. GitHub is not polled: that takes ten minutes.
 */
async function configuration(): Promise<string> {
  const file = join(repoDir, "bench", "footprint", "document.alloy");
  const text = await readFile(file, "utf8");
  const rule = `	rule {
		source_labels = ["__meta_docker_container_name"]
		regex         = "/(.*)"
		target_label  = "container"
	}
`;
  const marker = "	targets = discovery.docker.containers.targets\n";
  if (!text.includes(marker)) throw new Error(`${file} has no line ${marker}`);
  return text.replace(marker, `${marker}\n${rule}`);
}

async function makeNetworks(client: Docker): Promise<void> {
  const make = (name: string, more: object) =>
    client.createNetwork({
      Name: name,
      Labels: {
        [LAB_LABEL]: "true",
        "com.docker.compose.project": PROJECT,
        "com.docker.compose.network": name,
      },
      ...more,
    });
  await make("alloy-frontend", {
    IPAM: { Driver: "default", Config: [{ Subnet: "172.30.100.8/29" }] },
  });
  await make("alloy-backend", { Internal: true });
}

/** What the compose file says of each container, in the words of Docker's API. */
function containers(lab: TestLab, { directory, host }: ComposeService) {
  const { images } = lab.facts;
  return {
    "alloy-init": {
      Image: images?.init ?? "busybox",
      Cmd: ["sh", "-c", "chown -Rv 3125:3125 /data || true"],
      HostConfig: {
        CapDrop: ["ALL"],
        CapAdd: ["CHOWN"],
        NetworkMode: "none",
        Binds: [`${directory}/data:/data`],
      },
    },
    "alloy-docker-proxy": {
      Image: images?.socketProxy ?? "lscr.io/linuxserver/socket-proxy",
      Env: ["CONTAINERS=1", "EVENTS=1", "INFO=1", "NETWORKS=1", "PING=1", "VERSION=1", "POST=0"],
      HostConfig: {
        RestartPolicy,
        Tmpfs: { "/run": "" },
        NetworkMode: "alloy-backend",
        Binds: [`${lab.facts.dockerSocket}:/var/run/docker.sock:ro`],
      },
    },
    alloy: {
      Image: images?.alloy ?? "grafana/alloy",
      User: "3125:3125",
      Cmd: [
        "run",
        "--server.http.listen-addr=0.0.0.0:12345",
        "--storage.path=/var/lib/alloy/data",
        "/etc/alloy/config.alloy",
      ],
      Env: [
        ...Object.entries(parseEnv(oldEnv(lab))).map(([name, value]) => `${name}=${value}`),
        ...[`HOSTNAME_OVERRIDE=${host}`, `GITHUB_API_URL=${lab.world.github.url}`],
      ],
      HostConfig: {
        RestartPolicy,
        CapDrop: ["ALL"],
        GroupAdd: [`${lab.facts.journal.gid}`],
        Tmpfs: { "/tmp": "" },
        NetworkMode: "alloy-frontend",
        Binds: [
          `${directory}/config:/etc/alloy:ro`,
          `${directory}/data:/var/lib/alloy`,
          "/:/host/rootfs:ro,rslave",
          "/proc:/host/proc:ro",
          "/sys:/host/sys:ro",
          `${lab.facts.journal.path}:/var/log/journal:ro`,
          "/etc/machine-id:/etc/machine-id:ro",
        ],
      },
    },
  };
}

const RestartPolicy = { Name: "on-failure", MaximumRetryCount: 3 };

/** Removes the service: containers under either name, and its networks. */
export async function removeComposeService(lab: TestLab): Promise<void> {
  const filters = { label: ["com.docker.compose.config-hash"] };
  for (const { Id } of await lab.client.listContainers({ all: true, filters })) {
    await lab.client.getContainer(Id).remove({ force: true, v: true });
  }
  for (const name of ["alloy-frontend", "alloy-backend"]) {
    await lab.client.getNetwork(name).remove();
  }
}
