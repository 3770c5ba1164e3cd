// The workflow's script in the real engine. The host and Grafana Cloud are SIMULATED, and so is `npm`: `verify` has
// tests of its own.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { repoDir } from "../../lab/paths.ts";
import { type CloudHost, cloudHost } from "./support/cloud-host.ts";

/** The tokens, and what carries them to the host. */
const CARRIERS = [
  "alloy-accepted",
  "alloy-files-secret-logs-password",
  "alloy-files-secret-metrics-password",
  "alloy-files-secret-tokens.prom",
  "alloy-sinks",
  "github",
  "github-token-end",
  "grafana-cloud-token",
  "grafana-cloud-verify-token",
];

let host: CloudHost;
let programs: string;
let file: string;

beforeAll(async () => {
  host = await cloudHost(20, { pipelines: ["host", "containers", "self"], github: undefined });
  file = join(host.directory, "Pulumi.one.yaml");
  programs = await mkdtemp(join(tmpdir(), "rotation-"));
  await writeFile(join(programs, "npm"), "#!/bin/sh\n");
  await chmod(join(programs, "npm"), 0o755);
  const { code, output } = await host.pulumi(["up", "--yes", "--skip-preview"]);
  expect(code, output).toBe(0);
});
afterAll(async () => {
  await host?.close();
  if (programs) await rm(programs, { recursive: true });
});

/** Lays settings over those of the stack file, as a commit on main does. */
async function merge(settings: Record<string, unknown>): Promise<void> {
  const stored = parse(await readFile(file, "utf8"));
  for (const [key, value] of Object.entries(settings)) {
    stored.config[`grafana-alloy:${key}`] = value;
  }
  await writeFile(file, stringify(stored));
}

/** Runs the workflow's script; answers what it printed. */
async function rotate(...args: string[]): Promise<string> {
  const env = {
    ...host.env,
    PATH: [programs, host.env.PATH].join(delimiter),
    GITHUB_OUTPUT: join(programs, "output"),
  };
  const script = join(repoDir, ".github", "scripts", "rotate.sh");
  const options = { cwd: host.directory, env, all: true, reject: false };
  const { exitCode, all } = await execa(script, args, options);
  expect(exitCode, String(all)).toBe(0);
  return String(all);
}

/** Brings the tokens' end near, so that they are inside their rotation window of 30 days. */
async function age(): Promise<void> {
  const { stdout } = await host.pulumi(["stack", "export"]);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const input = stdout.replaceAll(/("expiresAt": ")[^"]+/g, `$1${tomorrow}`);
  const { code, output } = await host.pulumi(["stack", "import"], { input });
  expect(code, output).toBe(0);
}

/** Inputs of each resource in the state, by its name; a token's own value with them. Providers act on nothing. */
async function deployed(): Promise<Record<string, string>> {
  const { stdout } = await host.pulumi(["stack", "export", "--show-secrets"]);
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { urn: string; inputs: object; outputs?: { token?: unknown } }[] };
  };
  return Object.fromEntries(
    deployment.resources
      .filter(({ urn }) => !urn.includes("::pulumi:providers:"))
      .map(({ urn, inputs, outputs }) => [
        urn.split("::").at(-1),
        JSON.stringify([inputs, outputs?.token]),
      ]),
  );
}

/** Names of the resources that are new, gone or not as they were. */
function changes(before: Record<string, string>, after: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => before[name] !== after[name]).sort();
}

test("a rotation with no token due leaves what main holds to an approved deployment", async () => {
  const before = await deployed();
  await merge({ restart: "unless-stopped", pipelines: ["host", "containers", "traefik", "self"] });
  expect(await rotate("--due", "one")).toBe("names=[]");
  await rotate("one");
  expect(changes(before, await deployed())).toEqual([]);
});

test("a rotation inside the window replaces the tokens and what carries them, beside resources that were never deployed", async () => {
  const before = await deployed();
  await age();
  await merge({
    pipelines: ["host", "containers", "traefik", "github", "self"],
    github: { pollingHost: "one", repositories: ["me/repo"], apiUrl: host.github.url },
    ingress: { domain: "example.com" },
    networks: { frontendSubnet: "172.30.101.8/29" },
  });
  expect(await rotate("--due", "one")).toBe('names=["one"]');
  await rotate("one");
  expect(changes(before, await deployed())).toEqual(CARRIERS);
});
