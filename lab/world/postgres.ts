import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldImages } from "../images/published.ts";
import type { ContainerSpec } from "./containers.ts";
import type { WorldSecrets } from "./secrets.ts";
import { LAB_NETWORK } from "./sinks.ts";

/** The services whose databases are watched, each with its own network as on the real host. */
export const DATABASES = ["immich", "outline"];

export const backendNetwork = (database: string) => `${database}-backend`;
export const exporterName = (database: string) => `${database}-db-exporter`;

const SERVER = "lab-postgres";
const PASSWORD_FILE = "run/secrets/postgres";
const START_FILE = "srv/postgres-start.sh";
const startScript = readFileSync(join(import.meta.dirname, "postgres-start.sh"), "utf8");

/** One PostgreSQL with a database for each service, and an exporter for each. */
export function postgresContainers(images: WorldImages, secrets: WorldSecrets) {
  const passwordFile = (uid: number) => [
    { path: PASSWORD_FILE, uid, mode: 0o400, content: secrets.postgresPassword },
  ];
  const server: ContainerSpec = {
    name: SERVER,
    image: images.postgres,
    entrypoint: ["sh", `/${START_FILE}`],
    user: "70:70",
    env: [`DATABASES=${DATABASES.join(" ")}`],
    networks: { [LAB_NETWORK.name]: {} },
    memory: 256,
    files: [{ path: START_FILE, content: startScript }, ...passwordFile(70)],
  };
  const exporters = DATABASES.map((database): ContainerSpec => {
    const names = { aliases: [exporterName(database)] };
    return {
      name: `lab-${exporterName(database)}`,
      image: images.postgresExporter,
      env: [
        `DATA_SOURCE_URI=${SERVER}:5432/${database}?sslmode=disable`,
        "DATA_SOURCE_USER=postgres",
        `DATA_SOURCE_PASS_FILE=/${PASSWORD_FILE}`,
      ],
      networks: { [LAB_NETWORK.name]: {}, [backendNetwork(database)]: names },
      memory: 64,
      files: passwordFile(65534),
    };
  });
  return [server, ...exporters];
}
