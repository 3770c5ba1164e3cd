import { describe, expect, test } from "vitest";
import { askSinks } from "../../../checks/sinks/ask.ts";
import { cloudFetch } from "../../support/cloud-fetch.ts";
import { commandOf } from "../../support/commands.ts";
import { knownFailure } from "../../support/known-failures.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { programFailure } from "../../support/program-failure.ts";
import { completed, completedLocal } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

/** What the pipelines read of a run's sinks. */
function sinksOf(run: ProgramRun) {
  const { data } = commandOf(run.named("alloy-files-config"));
  const text = data.split("==> host.json\n")[1]?.split("\n==> ")[0] ?? "";
  return JSON.parse(text).sinks;
}

describe.each(["svlnas", "svlazext"] as const)("%s", (stack) => {
  test("has a policy that can write metrics and logs to one Grafana stack", async () => {
    const run = await stackRun(stack);
    expect(run.named("grafana-cloud-policy").inputs).toEqual({
      region: "prod-eu-west-2",
      name: `alloy-${stack}`,
      displayName: `Alloy on ${stack}`,
      scopes: ["metrics:write", "logs:write"],
      realms: [{ type: "stack", identifier: "4711" }],
    });
  });

  test("has another that can only read them, for verify", async () => {
    const run = await stackRun(stack);
    expect(run.named("grafana-cloud-verify-policy").inputs).toEqual({
      region: "prod-eu-west-2",
      name: `alloy-${stack}-verify`,
      displayName: `Alloy on ${stack}: verify`,
      scopes: ["metrics:read", "logs:read"],
      realms: [{ type: "stack", identifier: "4711" }],
    });
    expect(run.named("grafana-cloud-verify-token").inputs.namePrefix).toBe(`alloy-${stack}-verify`);
  });

  test("hands the reading token to verify alone, as a secret", async () => {
    const { outputs, resources } = await stackRun(stack);
    const { secret } = outputs.verify as { secret: Record<string, unknown> };
    expect([secret.metrics, secret.logs]).toEqual([
      {
        queryUrl: "https://prometheus.example.net/api/prom",
        username: "1001",
        password: "glc_verify-secret",
      },
      { queryUrl: "https://logs.example.net", username: "2002", password: "glc_verify-secret" },
    ]);
    expect(JSON.stringify(resources)).not.toContain("glc_verify-secret");
  });

  test("tells verify when both tokens end", async () => {
    const { outputs } = await stackRun(stack);
    const { secret } = outputs.verify as { secret: { facts: { tokens: unknown[] } } };
    const token = (name: string) => ({
      name,
      expiresAt: "2027-01-01T00:00:00Z",
      renewDays: 15,
      renew: `\`pulumi up --stack ${stack}\` replaces it.`,
    });
    expect(secret.facts.tokens.slice(0, 2)).toEqual([
      token("Grafana Cloud, the host's"),
      token("Grafana Cloud, verify's"),
    ]);
  });

  test("has a token of that policy that is renewed 720 h before its end", async () => {
    const run = await stackRun(stack);
    expect(run.named("grafana-cloud-token").inputs).toEqual({
      region: "prod-eu-west-2",
      accessPolicyId: "policy-1",
      namePrefix: `alloy-${stack}`,
      expireAfter: "2160h",
      earlyRotationWindow: "720h",
      deleteOnDestroy: true,
    });
  });

  test("gives the bootstrap token to the provider, as a secret, and to nothing else", async () => {
    const run = await stackRun(stack);
    expect(run.named("grafana-cloud-provider").inputs).toEqual({
      cloudApiUrl: "https://grafana.com",
      cloudAccessPolicyToken: { secret: "glc_bootstrap-secret" },
    });
    const holders = run.resources.filter((found) => JSON.stringify(found).includes("bootstrap"));
    expect(holders.map(({ name }) => name)).toEqual(["grafana-cloud-provider"]);
  });

  test("pushes to what Grafana Cloud says of the stack", async () => {
    const run = await stackRun(stack);
    expect(sinksOf(run)).toEqual({
      metrics: { url: "https://prometheus.example.net/api/prom/push", username: "1001" },
      logs: { url: "https://logs.example.net/loki/api/v1/push", username: "2002" },
    });
  });
});

test("an error of the provider in any of the four is told in one sentence", async () => {
  const run = await stackRun("svlnas");
  const told = run.resources.filter(({ onError }) => onError.includes("grafana-cloud-refusals"));
  expect(told.map(({ name, onError }) => [name, ...onError]).sort()).toEqual(
    ["policy", "token", "verify-policy", "verify-token"].map((name) => [
      `grafana-cloud-${name}`,
      "grafana-cloud-refusals",
    ]),
  );
});

test("the host's token is good in the host's subnets alone; verify's everywhere", async () => {
  const allowedSubnets = ["203.0.113.7/32", "2001:db8::/48"];
  const grafanaCloud = { stackSlug: "homelab", allowedSubnets };
  const run = await mockProgram("svlazext", { ...completed("svlazext"), grafanaCloud });
  expect(run.named("grafana-cloud-policy").inputs.conditions).toEqual([{ allowedSubnets }]);
  expect(run.named("grafana-cloud-verify-policy").inputs).not.toHaveProperty("conditions");
});

test("another API is asked by program and provider alike", async () => {
  const grafanaCloud = { stackSlug: "homelab", apiUrl: "http://127.0.0.1:1" };
  const asked: string[] = [];
  const cloud = cloudFetch([{ token: "glc_bootstrap-secret" }]);
  const run = await mockProgram(
    "svlazext",
    { ...completed("svlazext"), grafanaCloud },
    {
      cloudFetch: (url, init) => {
        asked.push(new URL(`${url}`).origin);
        return cloud(`${url}`.replace("http://127.0.0.1:1", "https://grafana.com"), init);
      },
    },
  );
  expect([...new Set(asked)]).toEqual(["http://127.0.0.1:1"]);
  expect(run.named("grafana-cloud-provider").inputs.cloudApiUrl).toBe("http://127.0.0.1:1");
});

describe("the question whether the sinks take the host's token", () => {
  const asked = (run: ProgramRun) => run.named("alloy-sinks").inputs;

  test("is put to both, from this machine, with what the host will have", async () => {
    const { stdin, ...inputs } = asked(await stackRun("svlnas"));
    expect(inputs).toEqual({
      create: `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/sink-checks/main.ts`,
      addPreviousOutputInEnv: false,
      logging: "none",
    });
    expect(JSON.parse(stdin.secret)).toEqual({
      stack: "svlnas",
      metrics: {
        url: "https://prometheus.example.net/api/prom/push",
        username: "1001",
        password: "glc_host-secret",
      },
      logs: {
        url: "https://logs.example.net/loki/api/v1/push",
        username: "2002",
        password: "glc_host-secret",
      },
      patience: expect.any(Number),
    });
  });

  knownFailure(
    "a first deployment or a rotation waits for tokens that the sinks know 4 min late",
    async () => {
      const { stdin } = asked(await stackRun("svlnas"));
      let time = 0;
      const around = {
        fetch: async () => new Response(null, { status: time < 240_000 ? 401 : 204 }),
        wait: async (ms: number) => {
          time += ms;
        },
        now: () => time,
      };
      const taken = { answer: "taken", faults: [] };
      expect(await askSinks(JSON.parse(stdin.secret), around)).toEqual(taken);
    },
  );

  test("gives a stack's own sinks no time to learn of a password", async () => {
    const { stdin } = asked(await stackRun("local"));
    expect(JSON.parse(stdin.secret)).toMatchObject({ stack: "local", patience: 0 });
  });

  test("is not asked where the token is good in the host's subnets alone", async () => {
    const grafanaCloud = { stackSlug: "homelab", allowedSubnets: ["203.0.113.7/32"] };
    const run = await mockProgram("svlazext", { ...completed("svlazext"), grafanaCloud });
    expect(run.resources.map(({ name }) => name)).not.toContain("alloy-sinks");
    expect(commandOf(run.named("alloy-accepted")).script).toContain("reason=$(accepted");
  });
});

describe("the proof that the host's token is taken", () => {
  const scriptOf = (run: ProgramRun) => commandOf(run.named("alloy-accepted")).script;

  test("names where samples and lines go, and the stack's command", async () => {
    const script = scriptOf(await stackRun("svlnas"));
    for (const text of [
      "https://prometheus.example.net/api/prom/push refuses samples",
      "https://logs.example.net/loki/api/v1/push refuses lines",
      "pulumi up --stack svlnas",
    ]) {
      expect(script).toContain(text);
    }
    expect(script).toContain(" logs= ");
  });

  test("waits for no line where no pipeline reads any", async () => {
    const settings = { ...completed("svlazext"), pipelines: ["host", "self", "traefik"] };
    expect(scriptOf(await mockProgram("svlazext", settings))).toContain(" logs=none ");
  });
});

test("lifetime and rotation window are the stack's", async () => {
  const grafanaCloud = { stackSlug: "homelab", tokenLifetime: "48h", tokenRotationWindow: "24h" };
  const run = await mockProgram("svlazext", { ...completed("svlazext"), grafanaCloud });
  expect(run.named("grafana-cloud-token").inputs).toMatchObject({
    expireAfter: "48h",
    earlyRotationWindow: "24h",
  });
});

test("an address of Loki with a slash at its end becomes the same push URL", async () => {
  const cloud = { logsUrl: "https://logs.example.net/" };
  const run = await mockProgram("svlazext", completed("svlazext"), { cloud });
  expect(sinksOf(run).logs.url).toBe("https://logs.example.net/loki/api/v1/push");
});

test("a stack with sinks of its own has nothing of Grafana Cloud", async () => {
  const run = await stackRun("local");
  expect(run.resources.filter(({ type }) => type.includes("grafana:"))).toEqual([]);
  expect(sinksOf(run)).toEqual(completedLocal().sinks);
});

describe.each([false, true])("what Grafana Cloud itself refuses, preview: %s", (preview) => {
  test("ends before anything is made, in one sentence", async () => {
    const names: string[] = [];
    const { message, errors } = await programFailure(() =>
      mockProgram("svlnas", completed("svlnas"), {
        preview,
        cloudFetch: cloudFetch([{ token: "glc_another" }]),
        outputs: ({ name }) => void names.push(name),
      }),
    );
    expect(message).toMatch(/^grafana:cloudAccessPolicyToken: Grafana Cloud refuses the bootstrap/);
    expect(message).not.toContain("glc_bootstrap-secret");
    expect(errors).toHaveLength(1);
    expect(names.filter((name) => name !== "grafana-cloud-provider")).toEqual([]);
  });
});

describe("a slug that does not exist", () => {
  const unknown = { id: "", prometheusRemoteWriteEndpoint: "", logsUrl: "" };

  test.each([false, true])("is said in one sentence, preview: %s", async (preview) => {
    const { message, errors } = await programFailure(() =>
      mockProgram("svlnas", completed("svlnas"), { cloud: unknown, preview }),
    );
    expect(message).toBe(
      'grafanaCloud.stackSlug: there is no Grafana Cloud stack "homelab" that the bootstrap token can read. ' +
        "Its slug is the first part of its address, SLUG.grafana.net: " +
        "pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' SLUG",
    );
    expect(errors).toHaveLength(1);
  });

  test("ends before a policy, a configuration or an agent", async () => {
    const names: string[] = [];
    const outputs = ({ name }: { name: string }) => {
      names.push(name);
      return undefined;
    };
    await programFailure(() =>
      mockProgram("svlnas", completed("svlnas"), { cloud: unknown, outputs }),
    );
    expect(names).not.toContain("grafana-cloud-policy");
    expect(names).not.toContain("alloy-files-config");
    expect(names).not.toContain("alloy-container");
  });
});
