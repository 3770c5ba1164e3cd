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
  /** Passwords that the sinks take beside the first ones, in place of a stack's own rotation. */
  cloudTokens: string[];
  /** Every token that the simulated Grafana Cloud ever made; the sinks take those that are alive. */
  issuedTokens: string[];
  sinksPort: number;
  githubPort: number;
}

const file = join(labDir, "world.json");

/** Ports to look for first, so that the addresses are the same in most labs. */
const PORTS = { sinks: 19480, github: 19481 };

/** The lab's passwords and ports; the same ones at every start of one lab. */
export async function worldSecrets(): Promise<WorldSecrets> {
  if (existsSync(file))
    return { cloudTokens: [], issuedTokens: [], ...JSON.parse(await readFile(file, "utf8")) };
  const secrets: WorldSecrets = {
    metricsPassword: `glc_lab_${randomPart()}`,
    logsPassword: `glc_lab_${randomPart()}`,
    postgresPassword: randomPart(),
    githubToken: `github_pat_lab_${randomPart()}`,
    cloudTokens: [],
    issuedTokens: [],
    sinksPort: await freePort(PORTS.sinks),
    githubPort: await freePort(PORTS.github),
  };
  await save(secrets);
  return secrets;
}

/** Keeps a password among those that the sinks take. */
export async function addCloudToken(token: string): Promise<WorldSecrets> {
  const secrets = await worldSecrets();
  if (!secrets.cloudTokens.includes(token)) secrets.cloudTokens.push(token);
  await save(secrets);
  return secrets;
}

/** Keeps tokens that the simulated Grafana Cloud made. */
export async function addIssuedTokens(tokens: string[]): Promise<void> {
  const secrets = await worldSecrets();
  await save({ ...secrets, issuedTokens: [...secrets.issuedTokens, ...tokens] });
}

async function save(secrets: WorldSecrets): Promise<void> {
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
}

export async function forgetSecrets(): Promise<void> {
  await rm(file, { force: true });
}

const randomPart = () => randomBytes(18).toString("hex");
