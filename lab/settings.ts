import { join } from "node:path";
import type { StackSettings } from "./stack.ts";
import { stackFile } from "./stack-file.ts";

/** What only the lab knows of itself, to complete a stack's settings with. */
export interface LabFacts {
  /** Docker socket of the lab's engine. */
  dockerSocket: string;
  /** Directory that stands for the host's directories. */
  hostDirectory: string;
  /** Ids of images that are on the engine; left out where they are pulled, and then those that need no account. */
  images?: { alloy: string; init: string; socketProxy: string };
  metrics: LabSink;
  logs: LabSink;
  github: { url: string; token: string };
  journal: { gid: number; path: string };
}

interface LabSink {
  pushUrl: string;
  username: string;
  password: string;
}

type Section = Record<string, unknown>;

/** Settings of a stack file with the sinks, images and directories of the lab. */
export function inLab(settings: StackSettings, facts: LabFacts): StackSettings {
  // The lab's host is this machine: no TrueNAS, and it gets no account.
  const { prepare: _, ...host } = settings.host as Section & { name: string };
  const sink = ({ pushUrl, username }: LabSink) => ({ url: pushUrl, username });
  return {
    ...settings,
    host: {
      ...host,
      connection: { type: "local", dockerSocket: facts.dockerSocket },
      directory: join(facts.hostDirectory, host.name, "alloy"),
      dockerSocket: facts.dockerSocket,
      journal: facts.journal,
    },
    ...(settings.github
      ? {
          github: { ...(settings.github as Section), apiUrl: facts.github.url },
          githubToken: facts.github.token,
        }
      : {}),
    images: facts.images ?? pulledImages(),
    sinks: { metrics: sink(facts.metrics), logs: sink(facts.logs) },
    unencryptedHosts: hostsOf([facts.metrics.pushUrl, facts.logs.pushUrl, facts.github.url]),
    metricsPassword: facts.metrics.password,
    logsPassword: facts.logs.password,
  };
}

/** The lab's own network is on this machine, but not its loopback. */
function hostsOf(urls: string[]): string[] {
  return [...new Set(urls.map((url) => new URL(url).hostname))];
}

/** Those of the stack file `local`, which need no account, but for what `LAB_AGENT_IMAGES` names, as JSON. */
function pulledImages(): Section {
  const others = JSON.parse(process.env.LAB_AGENT_IMAGES ?? "{}");
  return { ...(stackFile("local").images as Section), ...others };
}

/** The same host reached through an SSH server in place of its socket. */
export function overSsh(
  settings: StackSettings,
  sshd: { host: string; port: number; user: string; hostKey: string },
): StackSettings {
  const { host: address, port, user, hostKey } = sshd;
  const host = settings.host as Section;
  return {
    ...settings,
    host: {
      ...host,
      connection: { type: "ssh", address, port, user, hostKey },
    },
    ingress: { ...(settings.ingress as Section), domain: "example.org" },
  };
}

/** The simulated Grafana Cloud that the double of its provider asks. */
export interface SimulatedGrafanaCloud {
  apiUrl: string;
  stackSlug: string;
  bootstrapToken: string;
}

/** Settings that send to the simulated Grafana Cloud in place of named sinks. */
export function withSimulatedCloud(
  settings: StackSettings,
  { apiUrl, stackSlug, bootstrapToken }: SimulatedGrafanaCloud,
): StackSettings {
  const { sinks: _, metricsPassword: __, logsPassword: ___, ...rest } = settings;
  return { ...rest, grafanaCloud: { apiUrl, stackSlug }, cloudAccessPolicyToken: bootstrapToken };
}
