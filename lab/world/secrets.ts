import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { labDir } from "../paths.ts";
import { freePort } from "../ports.ts";

/** What one lab makes up at its first start and keeps until `make down`. */
export interface WorldSecrets {
  metricsPassword: string;
  logsPassword: string;
  postgresPassword: string;
  githubToken: string;
  /** Tokens of the simulated Grafana Cloud that the sinks take beside the passwords. */
  cloudTokens: string[];
  sinksPort: number;
  githubPort: number;
}

const file = join(labDir, "world.json");

/** Ports to look for first, so that the addresses are the same in most labs. */
const PORTS = { sinks: 19480, github: 19481 };

/** The lab's passwords and ports; the same ones at every start of one lab. */
export async function worldSecrets(): Promise<WorldSecrets> {
  if (existsSync(file)) return { cloudTokens: [], ...JSON.parse(await readFile(file, "utf8")) };
  const secrets: WorldSecrets = {
    metricsPassword: `glc_lab_${randomPart()}`,
    logsPassword: `glc_lab_${randomPart()}`,
    postgresPassword: randomPart(),
    githubToken: `github_pat_lab_${randomPart()}`,
    cloudTokens: [],
    sinksPort: await freePort(PORTS.sinks),
    githubPort: await freePort(PORTS.github),
  };
  await save(secrets);
  return secrets;
}

/** Keeps a token of the simulated Grafana Cloud among those that the sinks take. */
export async function addCloudToken(token: string): Promise<WorldSecrets> {
  const secrets = await worldSecrets();
  if (!secrets.cloudTokens.includes(token)) secrets.cloudTokens.push(token);
  await save(secrets);
  return secrets;
}

async function save(secrets: WorldSecrets): Promise<void> {
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
}

export async function forgetSecrets(): Promise<void> {
  await rm(file, { force: true });
}

const randomPart = () => randomBytes(18).toString("hex");
