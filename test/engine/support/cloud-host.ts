import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { startDoubles } from "../../../lab/doubles/engine/start.ts";
import type { SimulatedGrafana } from "../../../lab/doubles/grafana/cloud-server.ts";
import { cloudToken } from "../../../lab/doubles/grafana/cloud-token.ts";
import { type SimulatedFleet, simulatedFleet } from "../../../lab/simulated-fleet.ts";
import { type GithubServer, serveGithub } from "../../../lab/stand-ins/github-server.ts";
import { simulatedGrafana } from "../../support/simulated-grafana.ts";

/** A clone with one stack, `one`, whose host, Grafana Cloud and GitHub are SIMULATED. */
export interface CloudHost {
  cloud: SimulatedGrafana;
  github: GithubServer;
  /** The clone. */
  directory: string;
  /** Environment that reaches the stack and its simulated host. */
  env: Record<string, string>;
  /** Runs `pulumi` on the stack. */
  pulumi(args: string[], options?: RunOptions): Promise<Run>;
  close(): Promise<void>;
}

interface RunOptions {
  /** How long it may take, in s; then `timedOut` is true. Default: 120. */
  seconds?: number;
  /** Where another program lies. Default: the clone. */
  directory?: string;
  input?: string;
}

interface Run {
  code: number | undefined;
  /** All that was printed. */
  output: string;
  /** Of that, what came on standard output. */
  stdout: string;
  timedOut: boolean;
}

const BOOTSTRAP = cloudToken("bootstrap", "eu");
const GITHUB_TOKEN = "github_pat_simulated";
const REPOSITORY = "me/repo";

/** `second`: what the plugin of Grafana Cloud takes for a second, in ms. `more`: settings of the stack. */
export async function cloudHost(
  second: number,
  more: Record<string, unknown> = {},
): Promise<CloudHost> {
  const cloud = await simulatedGrafana([{ token: BOOTSTRAP }]);
  const rights = { issues: "read", pullRequests: "read" } as const;
  const github = await serveGithub({
    tokens: [
      {
        ...{ token: GITHUB_TOKEN, login: "me", expiresAt: "2099-01-31T12:00:00Z" },
        repositories: { [REPOSITORY]: rights },
      },
    ],
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
  const pulumi: CloudHost["pulumi"] = async ([command = "", ...rest], options = {}) => {
    const { seconds = 120, directory: cwd = fleet.directory, input = "" } = options;
    const args = [command, "--stack", "one", "--non-interactive", ...rest];
    const limit = { timeout: seconds * 1000, forceKillAfterDelay: 2000 };
    const run = { cwd, env, all: true, reject: false, input, ...limit } as const;
    const { exitCode, all, stdout, timedOut } = await execa("pulumi", args, run);
    return { code: exitCode, output: all, stdout, timedOut };
  };
  const secrets = {
    "grafana:cloudAccessPolicyToken": BOOTSTRAP,
    "grafana-alloy:githubToken": GITHUB_TOKEN,
  };
  for (const [key, input] of Object.entries(secrets)) {
    const { code, output } = await pulumi(["config", "set", "--secret", key], { input });
    if (code !== 0) throw new Error(output);
  }
  await pointAtClouds(fleet, { cloud: cloud.url, github: github.url }, more);
  return {
    cloud,
    github,
    directory: fleet.directory,
    env,
    pulumi,
    close: async () => {
      await Promise.all([doubles.stop(), fleet.close(), cloud.close(), github.close()]);
      await rm(logDir, { recursive: true });
    },
  };
}

/** The simulated host's stack with Grafana Cloud in place of named sinks, and GitHub to poll. */
async function pointAtClouds(
  { directory }: SimulatedFleet,
  urls: { cloud: string; github: string },
  more: Record<string, unknown>,
): Promise<void> {
  const file = join(directory, "Pulumi.one.yaml");
  const stored = parse(await readFile(file, "utf8"));
  for (const key of ["sinks", "metricsPassword", "logsPassword"])
    delete stored.config[`grafana-alloy:${key}`];
  stored.config["grafana-alloy:pipelines"].push("github");
  const github = { pollingHost: "one", repositories: [REPOSITORY], apiUrl: urls.github };
  const settings = {
    github,
    grafanaCloud: { apiUrl: urls.cloud, stackSlug: "home" },
    ...more,
  };
  for (const [key, value] of Object.entries(settings)) {
    stored.config[`grafana-alloy:${key}`] = value;
  }
  await writeFile(file, stringify(stored));
}
