import { secretKeys } from "../../config/schema.ts";
import type { HostScript, ScriptEnd } from "../../host-shell/run.ts";
import type { StandingNetwork } from "../../host-shell/standing.ts";
import type { SeedStack } from "../../lab/doubles/grafana/cloud-types.ts";
import { cloudFetch } from "./cloud-fetch.ts";
import { type MockRun, mockPulumi, type Registered } from "./mock-pulumi.ts";
import type { RawSettings } from "./stack-files.ts";

export type ProgramRun = MockRun;
export type { Registered };

/** What GitHub answers for a token that ends in a long time and reads all it has to. */
export function githubAnswer(path: string): Response {
  const headers = { "github-authentication-token-expiration": "2099-01-31 12:00:00 UTC" };
  const repository = /^repos\/([^/]+\/[^/]+)$/.exec(path)?.[1];
  const body = repository ? { full_name: repository, permissions: { push: true } } : [];
  return Response.json(body, { headers });
}

function defaultOutputs({ type, name, inputs }: Registered): Record<string, unknown> {
  if (type.endsWith(":RemoteImage")) {
    const isId = inputs.name.startsWith("sha256:");
    return { imageId: isId ? inputs.name : `id-of-${inputs.name}` };
  }
  if (type.endsWith(":Container")) {
    return { exitCode: 0, containerLogs: "", name: inputs.name ?? name };
  }
  if (type.endsWith(":AccessPolicy")) return { policyId: "policy-1" };
  if (!type.endsWith(":AccessPolicyRotatingToken")) return {};
  const token = name.includes("verify") ? "glc_verify-secret" : "glc_host-secret";
  return { token, createdAt: "2026-10-03T00:00:00Z", expiresAt: "2027-01-01T00:00:00Z" };
}

/** Configuration as the engine hands it to the program. */
export function engineConfig(settings: RawSettings): [Record<string, string>, string[]] {
  const secrets: Record<string, string> = secretKeys;
  const entries = Object.entries(settings).map(([name, value]) => [
    secrets[name] ?? `grafana-alloy:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return [Object.fromEntries(entries), Object.values(secrets)];
}

export interface ProgramMocks {
  /** Outputs that a mock adds to those of a resource. */
  outputs?: (resource: Registered) => Record<string, unknown> | undefined;
  /** What Grafana Cloud says of the stack in place of what it should. */
  cloud?: Partial<SeedStack>;
  /** What the program gets when it asks Grafana Cloud itself; all well unless told. */
  cloudFetch?: typeof fetch;
  /** What GitHub answers to the token, by path; all well unless told. */
  github?: typeof githubAnswer;
  /** What GitHub answers in all. */
  fetch?: typeof fetch;
  preview?: boolean;
  /** The service's networks that are on the host; none unless told. */
  standing?: StandingNetwork[];
  /** How what is asked of the host at each update ends; well, without a word, unless told. */
  host?: (script: HostScript) => Partial<ScriptEnd>;
}

/** Runs the program with mocks in place of the engine. Errors of the program are thrown. */
export async function mockProgram(
  stack: string,
  settings: RawSettings,
  options: ProgramMocks = {},
): Promise<ProgramRun> {
  const { default: program } = await import("../../index.ts");
  const [config, secrets] = engineConfig(settings);
  const restoreFetch = stubFetch(settings, options);
  const { preview, host } = options;
  const well = { stdout: "", stderr: "", exitCode: 0, timedOut: false };
  const mocks = { project: "grafana-alloy", stack, config, secrets, preview };
  return mockPulumi(
    {
      ...mocks,
      outputs: (resource) => ({ ...defaultOutputs(resource), ...options.outputs?.(resource) }),
      call: ({ token, inputs }) => {
        throw new Error(`no mock for ${token} ${JSON.stringify(inputs)}`);
      },
    },
    () =>
      program(undefined, {
        standing: async () => options.standing ?? [],
        run: async (_route, script) => ({ ...well, ...host?.(script) }),
      }),
  ).finally(restoreFetch);
}

/** Where this process keeps the real `fetch`: a run that was cut off may have left its stub in place. */
const key = Symbol.for("grafana-alloy.test.fetch");
const kept = globalThis as unknown as { [key]?: typeof fetch };

/** Answers what the program asks over HTTP; what is returned puts the real `fetch` back. */
function stubFetch({ grafanaCloud }: RawSettings, options: ProgramMocks): () => void {
  const { apiUrl = "https://grafana.com" } = (grafanaCloud ?? {}) as { apiUrl?: string };
  const askCloud =
    options.cloudFetch ?? cloudFetch([{ token: "glc_bootstrap-secret" }], options.cloud);
  const { github = githubAnswer } = options;
  const askGithub =
    options.fetch ?? (async (url) => github(`${url}`.replace(/^.*(?=repos\/)/, "")));
  kept[key] ??= globalThis.fetch;
  globalThis.fetch = (input, init) =>
    `${input}`.startsWith(apiUrl) ? askCloud(input, init) : askGithub(input, init);
  return () => {
    globalThis.fetch = kept[key] ?? globalThis.fetch;
  };
}
