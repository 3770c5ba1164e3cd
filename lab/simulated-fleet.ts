import { spawn } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { repoDir } from "./paths.ts";
import { cloneProject, type Project } from "./project.ts";
import { pulumiEngine } from "./pulumi.ts";
import { stackFile } from "./stack-file.ts";

/** Secrets of every simulated host; tests look for them where they must not be. */
export const SECRETS = {
  metricsPassword: "simulated-metrics-password-5ae1",
  logsPassword: "simulated-logs-password-c94b",
} as const;

/** One host that is only simulated. */
export interface SimulatedHost {
  /** Name of the stack and of the host. */
  stack: string;
  /** Address of its SSH server; `simulated-hosts/main.ts` says which ones misbehave. */
  address: string;
  /** Leaves the SSH server's host key out: a fault of the configuration. */
  withoutHostKey?: boolean;
}

/** A clone of the project whose hosts are simulated. */
export interface SimulatedFleet extends Pick<Project, "directory" | "state" | "env"> {
  /** Writes a host's stack file again, as when its fault was fixed. */
  write(host: SimulatedHost): Promise<void>;
  /** Takes everything off the simulated hosts. */
  empty(): void;
  /** Ends the simulated hosts and removes the clone. */
  close(): Promise<void>;
}

/** Where a clone keeps its state, other than in files of its own. */
export interface StateBackend {
  /** As `pulumi login` takes it. */
  url: string;
  /** Environment that reaches it, such as credentials. */
  env: Record<string, string>;
}

/** Clones the project and makes a stack for each host. `delay`: what an operation on a host takes, in ms. */
export async function simulatedFleet(
  hosts: readonly SimulatedHost[],
  delay: number,
  backend?: StateBackend,
): Promise<SimulatedFleet> {
  const { command } = await pulumiEngine();
  const simulated = join(import.meta.dirname, "doubles", "simulated-hosts");
  const providers = await startHosts(join(simulated, "main.ts"), delay);
  const { directory, state, remove, ...project } = await cloneProject(command.command, {
    PULUMI_CONFIG_PASSPHRASE: "simulated",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DEBUG_PROVIDERS: providers.attach,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
  // The stack of a real host.
  await rm(join(directory, "Pulumi.svlnas.yaml"));
  const env = {
    ...project.env,
    PATH: [join(simulated, "bin"), project.env.PATH].join(delimiter),
    SIMULATED_DELAY: `${delay / 1000}`,
    ...(backend && { PULUMI_BACKEND_URL: backend.url, ...backend.env }),
  };
  const encrypted = await firstStack(directory, env, hosts[0]?.stack ?? "none");
  const write = async (host: SimulatedHost) => {
    const file = join(directory, `Pulumi.${host.stack}.yaml`);
    await writeFile(file, stringify({ ...encrypted.file, config: settings(host, encrypted) }));
  };
  const pulumi = (args: string[]) => execa("pulumi", args, { cwd: directory, env });
  for (const host of hosts) {
    await write(host);
    if (host !== hosts[0]) await pulumi(["stack", "init", "--no-select", host.stack]);
  }
  return {
    ...{ directory, state, env, write, empty: providers.empty },
    close: async () => {
      await providers.stop();
      await remove();
    },
  };
}

interface Encrypted {
  /** What a stack file has besides its settings: how secrets are encrypted. */
  file: Record<string, unknown>;
  /** The secrets, encrypted. */
  config: Record<string, unknown>;
}

/** Makes the first stack and has the CLI encrypt the secrets once: all stacks have the same passphrase. */
async function firstStack(
  directory: string,
  env: Record<string, string>,
  stack: string,
): Promise<Encrypted> {
  const pulumi = (args: string[], input = "") =>
    execa("pulumi", args, { cwd: directory, env, input });
  await pulumi(["stack", "init", "--no-select", stack]);
  for (const [name, value] of Object.entries(SECRETS)) {
    const key = `grafana-alloy:${name}`;
    await pulumi(["config", "set", "--stack", stack, "--secret", key], value);
  }
  const text = await readFile(join(directory, `Pulumi.${stack}.yaml`), "utf8");
  const { config, ...file } = parse(text);
  return { file, config };
}

function settings(host: SimulatedHost, { config }: Encrypted): Record<string, unknown> {
  const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
  const sink = (path: string) => ({ url: `https://sink.example.net${path}`, username: "1" });
  const own = {
    host: {
      name: host.stack,
      connection: {
        type: "ssh",
        address: host.address,
        ...(host.withoutHostKey ? {} : { hostKey }),
      },
      directory: "/opt/apps/services/alloy",
      journal: { gid: 999 },
    },
    pipelines: ["host", "containers", "journal", "traefik", "self"],
    // The hardened image needs an account; this one does not.
    images: stackFile("local").images,
    ingress: { domain: "example.org" },
    sinks: { metrics: sink("/api/prom/push"), logs: sink("/loki/api/v1/push") },
  };
  const named = Object.entries(own).map(([key, value]) => [`grafana-alloy:${key}`, value]);
  return { ...Object.fromEntries(named), ...config };
}

/** Starts the process of the simulated hosts; it ends when its standard input is closed. */
async function startHosts(
  script: string,
  delay: number,
): Promise<{ attach: string; empty(): void; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ["--import", "tsx", script, String(delay)], {
    cwd: repoDir,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const attach = await new Promise<string>((done, fail) => {
    child.once("exit", (code) => fail(new Error(`${script} ended with ${code} before it served`)));
    createInterface({ input: child.stdout }).once("line", done);
  });
  return {
    attach,
    empty: () => void child.kill("SIGHUP"),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
