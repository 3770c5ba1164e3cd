import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { cloudFetch } from "../../support/cloud-fetch.ts";
import { commandOf } from "../../support/commands.ts";
import {
  mockProgram,
  type ProgramMocks,
  type ProgramRun,
  type Registered,
} from "../../support/mock-program.ts";
import { programFailure } from "../../support/program-failure.ts";
import { changed, completed, completedLocal } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const svlnas = completed("svlnas");
const inputsOf = (run: ProgramRun, name: string) => run.named(`grafana-cloud-${name}`).inputs;

/** A run with other settings of Grafana Cloud. */
const runWith = (grafanaCloud: object, mocks?: ProgramMocks) =>
  mockProgram("svlnas", changed(svlnas, "grafanaCloud", grafanaCloud), mocks);

/** What the pipelines read of a run's sinks. */
function sinksOf(run: ProgramRun) {
  const { data } = commandOf(run.named("alloy-files-config"));
  const text = data.split("==> host.json\n")[1]?.split("\n==> ")[0] ?? "";
  return JSON.parse(text).sinks;
}

const metrics = { url: "https://prometheus.example.net/api/prom/push", username: "1001" };
const logs = { url: "https://logs.example.net/loki/api/v1/push", username: "2002" };

describe.each(["svlnas", "svlazext"] as const)("%s", (stack) => {
  test("has a token that can write to one Grafana stack, and one that can only read, for verify", async () => {
    const run = await stackRun(stack);
    const region = "prod-eu-west-2";
    const realms = [{ type: "stack", identifier: "4711" }];
    const lasts = { expireAfter: "2160h", earlyRotationWindow: "720h", deleteOnDestroy: true };
    const policy = (name: string, displayName: string, right: string) => ({
      ...{ region, name, displayName, realms },
      scopes: [`metrics:${right}`, `logs:${right}`],
    });
    const token = { region, accessPolicyId: "policy-1", ...lasts };
    const [host, verify] = [`alloy-${stack}`, `alloy-${stack}-verify`];
    expect(inputsOf(run, "policy")).toEqual(policy(host, `Alloy on ${stack}`, "write"));
    expect(inputsOf(run, "token")).toEqual({ ...token, namePrefix: host });
    expect(inputsOf(run, "verify-policy")).toEqual(
      policy(verify, `Alloy on ${stack}: verify`, "read"),
    );
    expect(inputsOf(run, "verify-token")).toEqual({ ...token, namePrefix: verify });
  });

  test("tells verify how to read, and when both tokens end; nobody else has its token", async () => {
    const { outputs, resources } = await stackRun(stack);
    const token = (name: string) => ({
      name,
      expiresAt: "2027-01-01T00:00:00Z",
      renewDays: 15,
      renew: `\`pulumi up --stack ${stack}\` replaces it.`,
    });
    const password = "glc_verify-secret";
    const newUntil = "2026-10-03T00:10:00.000Z";
    expect(outputs.verify).toMatchObject({
      secret: {
        metrics: {
          queryUrl: "https://prometheus.example.net/api/prom",
          username: "1001",
          password,
          newUntil,
        },
        logs: { queryUrl: "https://logs.example.net", username: "2002", password, newUntil },
        facts: {
          tokens: expect.arrayContaining([
            token("Grafana Cloud, the host's"),
            token("Grafana Cloud, verify's"),
          ]),
        },
      },
    });
    expect(JSON.stringify(resources)).not.toContain(password);
  });

  test("gives the bootstrap token to the provider, as a secret, and to nothing else", async () => {
    const run = await stackRun(stack);
    expect(inputsOf(run, "provider")).toEqual({
      cloudApiUrl: "https://grafana.com",
      cloudAccessPolicyToken: { secret: "glc_bootstrap-secret" },
    });
    const holders = run.resources.filter((found) => JSON.stringify(found).includes("bootstrap"));
    expect(holders.map(({ name }) => name)).toEqual(["grafana-cloud-provider"]);
  });

  test("pushes to what Grafana Cloud says of the stack", async () => {
    expect(sinksOf(await stackRun(stack))).toEqual({ metrics, logs });
  });
});

test("an error of the provider in any of the four is told in one sentence", async () => {
  const { resources } = await stackRun("svlnas");
  const told = resources.filter(({ onError }) => onError.includes("grafana-cloud-refusals"));
  const hook = ["grafana-cloud-refusals"];
  expect(Object.fromEntries(told.map(({ name, onError }) => [name, onError]))).toEqual({
    "grafana-cloud-policy": hook,
    "grafana-cloud-token": hook,
    "grafana-cloud-verify-policy": hook,
    "grafana-cloud-verify-token": hook,
  });
});

test("the host's token is good in the host's subnets alone; verify's everywhere", async () => {
  const allowedSubnets = ["203.0.113.7/32", "2001:db8::/48"];
  const run = await runWith({ allowedSubnets });
  expect(inputsOf(run, "policy").conditions).toEqual([{ allowedSubnets }]);
  expect(inputsOf(run, "verify-policy")).not.toHaveProperty("conditions");
  // From here the sinks would refuse it: only the agent can show that it is taken.
  expect(run.resources.map(({ name }) => name)).not.toContain("alloy-sinks");
  expect(commandOf(run.named("alloy-accepted")).script).toContain("reason=$(accepted");
});

test("another API is asked by program and provider alike", async () => {
  const asked = new Set<string>();
  const cloud = cloudFetch([{ token: "glc_bootstrap-secret" }]);
  const apiUrl = "http://127.0.0.1:1";
  const run = await runWith(
    { apiUrl },
    {
      cloudFetch: (url, init) => {
        asked.add(new URL(`${url}`).origin);
        return cloud(`${url}`.replace(apiUrl, "https://grafana.com"), init);
      },
    },
  );
  expect([...asked]).toEqual([apiUrl]);
  expect(inputsOf(run, "provider").cloudApiUrl).toBe(apiUrl);
});

test("lifetime and rotation window are the stack's", async () => {
  const run = await runWith({ tokenLifetime: "48h", tokenRotationWindow: "24h" });
  expect(inputsOf(run, "token")).toMatchObject({ expireAfter: "48h", earlyRotationWindow: "24h" });
});

test("an address of Loki with a slash at its end becomes the same push URL", async () => {
  const run = await runWith({}, { cloud: { hlInstanceUrl: "https://logs.example.net/" } });
  expect(sinksOf(run).logs).toEqual(logs);
});

test("a stack with sinks of its own has nothing of Grafana Cloud", async () => {
  const run = await stackRun("local");
  expect(run.resources.filter(({ type }) => type.includes("grafana:"))).toEqual([]);
  expect(sinksOf(run)).toEqual(completedLocal().sinks);
});

describe("the question whether the sinks take the host's token", () => {
  const asked = async (stack: "svlnas" | "local") => (await stackRun(stack)).named("alloy-sinks");

  test("is put to both, from this machine, with what the host will have", async () => {
    const { stdin, ...inputs } = (await asked("svlnas")).inputs;
    const password = "glc_host-secret";
    expect(inputs).toEqual({
      create: `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/sink-checks/main.ts`,
      addPreviousOutputInEnv: false,
      logging: "none",
    });
    expect(JSON.parse(stdin.secret)).toEqual({
      stack: "svlnas",
      metrics: { ...metrics, password },
      logs: { ...logs, password },
      newUntil: "2026-10-03T00:10:00.000Z",
    });
  });

  test("waits for a new token as long as the stack says, ten minutes unless told", async () => {
    const made = new Date();
    const newToken = ({ type }: Registered) =>
      type.endsWith(":AccessPolicyRotatingToken") ? { createdAt: made.toISOString() } : undefined;
    const told = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const run = await runWith({ newTokenSeconds: 300 }, { outputs: newToken });
    const { stdin } = run.named("alloy-sinks").inputs;
    expect(JSON.parse(stdin.secret).newUntil).toBe(new Date(+made + 300_000).toISOString());
    expect(told.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^Waiting up to (300|29\d) s until the sinks accept the new token\.$/),
    ]);
    told.mockRestore();
  });

  test("gives a stack's own sinks no time to learn of a password", async () => {
    const { stdin } = (await asked("local")).inputs;
    expect(JSON.parse(stdin.secret)).not.toHaveProperty("newUntil");
  });
});

describe("the proof that the host's token is taken", () => {
  const scriptOf = (run: ProgramRun) => commandOf(run.named("alloy-accepted")).script;

  test("names where samples and lines go, and the stack's command", async () => {
    const script = scriptOf(await stackRun("svlnas"));
    expect(script).toContain(`${metrics.url} refuses samples`);
    expect(script).toContain(`${logs.url} refuses lines`);
    expect(script).toContain("pulumi up --stack svlnas");
    expect(script).toContain("samples= logs= ");
  });

  test("waits for no line where no pipeline reads any", async () => {
    const settings = { ...completed("svlazext"), pipelines: ["host", "self", "traefik"] };
    expect(scriptOf(await mockProgram("svlazext", settings))).toContain(" logs=none ");
  });

  test.each([
    ["logs alone", ["containers", "journal"]],
    ["GitHub, every 10 min,", ["github"]],
  ])("waits for no sample where a stack has %s", async (_, pipelines) => {
    const github = { repositories: ["a/b"], pollingHost: "svlnas" };
    const settings = { ...completed("svlazext"), pipelines, github };
    expect(scriptOf(await mockProgram("svlazext", settings))).toContain("samples=none ");
  });
});

describe.each([false, true])("what ends a run in one sentence, preview: %s", (preview) => {
  /** The sentence, and what was made before it. */
  async function failure(mocks: ProgramMocks) {
    const made: string[] = [];
    const outputs = ({ name }: { name: string }) => void made.push(name);
    const { message, errors } = await programFailure(() =>
      mockProgram("svlnas", svlnas, { preview, outputs, ...mocks }),
    );
    expect(errors).toHaveLength(1);
    expect(made.filter((name) => /^(alloy|host|grafana-cloud-(?!provider))/.test(name))).toEqual(
      [],
    );
    return message;
  }

  test("a bootstrap token that Grafana Cloud refuses", async () => {
    const message = await failure({ cloudFetch: cloudFetch([{ token: "glc_another" }]) });
    expect(message).toMatch(/^grafana:cloudAccessPolicyToken: Grafana Cloud refuses the bootstrap/);
    expect(message).not.toContain("glc_bootstrap-secret");
  });

  test("a slug that does not exist", async () => {
    const cloud = { slug: "another" };
    expect(await failure({ cloud })).toBe(
      'grafanaCloud.stackSlug: there is no Grafana Cloud stack "homelab" that the bootstrap token can read. ' +
        "Its slug is the first part of its address, SLUG.grafana.net: " +
        "pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG",
    );
  });
});
