import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { cloudToken } from "../../../lab/doubles/cloud-token.ts";
import type { SimulatedGrafana } from "../../../lab/doubles/simulated-grafana-server.ts";
import { startDoubles } from "../../../lab/doubles/start.ts";
import { type SimulatedFleet, simulatedFleet } from "../../../lab/simulated-fleet.ts";
import { type GithubServer, serveGithub } from "../../../lab/stand-ins/github-server.ts";
import { simulatedGrafana } from "../../support/simulated-grafana.ts";

/** A clone with one stack, `one`, whose host, Grafana Cloud and GitHub are SIMULATED. */
export interface CloudHost {
  cloud: SimulatedGrafana;
  github: GithubServer;
  /** Runs `pulumi` on the stack, for so many seconds at most; then `timedOut` is true. */
  pulumi(args: string[], seconds?: number): Promise<Run>;
  close(): Promise<void>;
}

interface Run {
  code: number | undefined;
  /** All that was printed. */
  output: string;
  timedOut: boolean;
}

const BOOTSTRAP = cloudToken("bootstrap", "eu");
const GITHUB_TOKEN = "github_pat_simulated";
const REPOSITORY = "me/repo";

/** `second`: what the plugin of Grafana Cloud takes for a second, in ms. */
export async function cloudHost(second: number): Promise<CloudHost> {
  const cloud = await simulatedGrafana([{ token: BOOTSTRAP }]);
  const rights = { issues: "read", pullRequests: "read" } as const;
  const github = await serveGithub({
    tokens: [{ token: GITHUB_TOKEN, login: "me", repositories: { [REPOSITORY]: rights } }],
    repositories: { [REPOSITORY]: {} },
  });
  const logDir = await mkdtemp(join(tmpdir(), "cloud-host-"));
  process.env.GRAFANA_DOUBLE_SECOND = `${second}`;
  const doubles = await startDoubles({
    logDir,
    realHostProviders: true,
    grafana: true,
    github: true,
  });
  const fleet = await simulatedFleet([{ stack: "one", address: "one.test" }], 0);
  const attach = [fleet.env.PULUMI_DEBUG_PROVIDERS, doubles.env.PULUMI_DEBUG_PROVIDERS].join(",");
  const env = { ...fleet.env, PULUMI_DEBUG_PROVIDERS: attach };
  const pulumi = async (args: string[], seconds = 120, input = "") => {
    const options = { cwd: fleet.directory, env, all: true, reject: false, input } as const;
    const timeout = { timeout: seconds * 1000, forceKillAfterDelay: 2000 };
    const { exitCode, all, timedOut } = await execa("pulumi", args, { ...options, ...timeout });
    return { code: exitCode, output: all, timedOut };
  };
  const secrets = {
    "grafana:cloudAccessPolicyToken": BOOTSTRAP,
    "grafana-alloy:githubToken": GITHUB_TOKEN,
  };
  for (const [key, value] of Object.entries(secrets)) {
    const { code, output } = await pulumi(
      ["config", "set", "--stack", "one", "--secret", key],
      60,
      value,
    );
    if (code !== 0) throw new Error(output);
  }
  await pointAtClouds(fleet, cloud.url, github.url);
  return {
    cloud,
    github,
    pulumi: ([command = "", ...args], seconds) =>
      pulumi([command, "--stack", "one", "--non-interactive", ...args], seconds),
    close: async () => {
      await Promise.all([doubles.stop(), fleet.close(), cloud.close(), github.close()]);
      await rm(logDir, { recursive: true });
    },
  };
}

/** The simulated host's stack with Grafana Cloud in place of named sinks, and GitHub to poll. */
async function pointAtClouds({ directory }: SimulatedFleet, cloudUrl: string, githubUrl: string) {
  const file = join(directory, "Pulumi.one.yaml");
  const stored = parse(await readFile(file, "utf8"));
  for (const key of ["sinks", "metricsPassword", "logsPassword"])
    delete stored.config[`grafana-alloy:${key}`];
  stored.config["grafana-alloy:pipelines"].push("github");
  stored.config["grafana-alloy:github"] = {
    pollingHost: "one",
    repositories: [REPOSITORY],
    apiUrl: githubUrl,
  };
  stored.config["grafana-alloy:grafanaCloud"] = { apiUrl: cloudUrl, stackSlug: "home" };
  await writeFile(file, stringify(stored));
}
