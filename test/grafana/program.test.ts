import { beforeAll, describe, expect, test } from "vitest";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import program from "../../grafana/index.ts";
import { type MockRun, mockPulumi, type Registered } from "../support/mock-pulumi.ts";
import { programFailure } from "../support/program-failure.ts";

const project = "grafana-alloy-dashboards";
const TOKEN = "grafana:cloudAccessPolicyToken";
const complete = { [`${project}:stackSlug`]: "homelab", [TOKEN]: "glc_bootstrap" };
const STACK = "grafana:cloud/getStack:getStack";
const DATA_SOURCE = "grafana:oss/getDataSource:getDataSource";

interface Around {
  config?: Record<string, string>;
  secrets?: string[];
  preview?: boolean;
  /** What a look-up gives in place of what it should; an error is thrown. */
  answers?: Record<string, object | Error>;
}

function run({ config = complete, secrets = [TOKEN], preview, answers = {} }: Around = {}) {
  const given: Record<string, object | Error> = {
    [STACK]: { id: "4711", url: "https://homelab.grafana.net" },
    [DATA_SOURCE]: { uid: "the-metrics" },
    ...answers,
  };
  const call = ({ token }: { token: string }) => {
    const answer = given[token] ?? new Error(`no mock for ${token}`);
    if (answer instanceof Error) throw answer;
    return answer as Record<string, unknown>;
  };
  const mocks = { project, stack: "homelab", config, secrets, preview, outputs, call };
  return mockPulumi(mocks, program);
}

function outputs({ type, name }: Registered): Record<string, unknown> {
  if (type.endsWith(":StackServiceAccountRotatingToken")) {
    return { key: "glsa_secret", expiration: "2027-02-01T00:00:00Z" };
  }
  return type.endsWith(":Dashboard") ? { url: `https://homelab.grafana.net/d/${name}` } : {};
}

describe("a stack of the dashboards", () => {
  let made: MockRun;
  beforeAll(async () => {
    made = await run();
  });

  test("makes these and no other, each with its provider", () => {
    const { resources } = made;
    const dashboards = Object.keys(allDashboards()).map((key) => `alloy-dashboard-${key}`);
    const [cloud, own] = ["grafana-cloud-provider", "grafana-provider"];
    const providers = [
      ...["alloy", "grafana", cloud, own].map((name) => [name, undefined]),
      ...["grafana-account", "grafana-token"].map((name) => [name, cloud]),
      ...[...dashboards, "alloy-alerts", "alloy-folder"].map((name) => [name, own]),
    ];
    expect(Object.fromEntries(resources.map(({ name, provider }) => [name, provider]))).toEqual(
      Object.fromEntries(providers),
    );
  });

  test("has a service account whose token is renewed 30 days before its end", () => {
    const { named } = made;
    expect(named("grafana-account").inputs).toEqual({
      stackSlug: "homelab",
      name: "grafana-alloy",
      role: "Admin",
    });
    expect(named("grafana-token").inputs).toEqual({
      stackSlug: "homelab",
      serviceAccountId: "id-of-grafana-account",
      namePrefix: "grafana-alloy",
      secondsToLive: 7_776_000,
      earlyRotationWindowSeconds: 2_592_000,
      deleteOnDestroy: true,
    });
  });

  test("gives each token to its provider, as a secret, and to nothing else", () => {
    const { named, resources } = made;
    expect(named("grafana-cloud-provider").inputs).toEqual({
      cloudAccessPolicyToken: { secret: "glc_bootstrap" },
    });
    expect(named("grafana-provider").inputs).toEqual({
      url: "https://homelab.grafana.net",
      auth: { secret: "glsa_secret" },
    });
    const holders = resources.filter((each) => /glsa_|glc_/.test(JSON.stringify(each)));
    const names = holders.map(({ name }) => name).sort();
    expect(names).toEqual(["grafana-cloud-provider", "grafana-provider"]);
  });

  test("asks Grafana, as the service account, which data source has the metrics", () => {
    const inputs = { name: "grafanacloud-homelab-prom" };
    expect(made.calls).toEqual([
      { token: STACK, inputs: { slug: "homelab" }, provider: "grafana-cloud-provider" },
      { token: DATA_SOURCE, inputs, provider: "grafana-provider" },
    ]);
  });

  test("puts each dashboard into the folder, over what was changed in the browser", () => {
    const { named } = made;
    expect(named("alloy-folder").inputs).toEqual({ uid: "grafana-alloy", title: "Alloy" });
    for (const [key, dashboard] of Object.entries(allDashboards())) {
      const { configJson, ...rest } = named(`alloy-dashboard-${key}`).inputs;
      expect(rest).toEqual({ folder: "grafana-alloy", overwrite: true });
      expect(JSON.parse(configJson)).toEqual(JSON.parse(JSON.stringify(dashboard)));
    }
  });

  test("has one group of rules, evaluated each minute over that data source", () => {
    const { rules, ...rest } = made.named("alloy-alerts").inputs;
    expect(rest).toEqual({ name: "alloy", folderUid: "grafana-alloy", intervalSeconds: 60 });
    for (const { datas } of rules) expect(datas[0].datasourceUid).toBe("the-metrics");
  });

  test("tells where the dashboards are and when its token ends", () => {
    const url = "https://homelab.grafana.net/d/alloy-dashboard-";
    const urls = Object.keys(allDashboards()).map((key) => [key, `${url}${key}`]);
    expect(made.outputs).toEqual({
      dashboards: Object.fromEntries(urls),
      tokenExpiresAt: "2027-02-01T00:00:00Z",
    });
  });
});

test("a first preview, without a token, asks Grafana nothing", async () => {
  const { calls, resources } = await run({ preview: true });
  expect(calls.map(({ token }) => token)).toEqual([STACK]);
  expect(resources.map(({ name }) => name)).toContain("alloy-alerts");
});

test("addresses that are told get a contact point, which the rules name", async () => {
  const config = { ...complete, [`${project}:notifyEmails`]: '["ops@example.org"]' };
  const { named } = await run({ config });
  expect(named("alloy-contact-point").inputs).toEqual({
    name: "Alloy",
    emails: [{ addresses: ["ops@example.org"] }],
  });
  const [rule] = named("alloy-alerts").inputs.rules;
  expect(rule.notificationSettings).toEqual({ contactPoint: "Alloy" });
});

test("another data source can be named", async () => {
  const { calls } = await run({
    config: { ...complete, [`${project}:metricsDataSource`]: "mimir" },
  });
  expect(calls[1]?.inputs).toEqual({ name: "mimir" });
});

describe("what is wrong is said with the command that fixes it", () => {
  const failure = (around: Around) => programFailure(() => run(around));

  test("all faults of the configuration at once", async () => {
    const config = { [`${project}:notifyEmails`]: '["ops"]', [`${project}:colour`]: "red" };
    expect((await failure({ config })).message).toBe(`\
Stack homelab: 4 faults in the configuration, nothing was changed.
  stackSlug: is missing: the first part of SLUG.grafana.net
    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:stackSlug' mystack
  notifyEmails[0]: must be an e-mail address
    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:notifyEmails[0]' ops@example.org
  cloudAccessPolicyToken: is missing: its scopes are stacks:read and stack-service-accounts:write
    pulumi config set --stack homelab --secret grafana:cloudAccessPolicyToken
  colour: is not a setting; known here: cloudAccessPolicyToken, metricsDataSource, notifyEmails, stackSlug
    pulumi config rm --stack homelab --path 'grafana-alloy-dashboards:colour'`);
  });

  test("a list that is not JSON", async () => {
    const config = { ...complete, [`${project}:notifyEmails`]: "[abc" };
    expect((await failure({ config })).message).toBe(`\
Stack homelab: 1 fault in the configuration, nothing was changed.
  notifyEmails: must be an array
    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:notifyEmails' '["ops@example.org"]'`);
  });

  test("a bootstrap token in plain text", async () => {
    expect((await failure({ secrets: [] })).message).toContain(
      "is stored in plain text; revoke it",
    );
  });

  test("a slug that does not exist, which the provider answers with nothing", async () => {
    expect((await failure({ answers: { [STACK]: {} } })).message).toBe(
      'stackSlug: there is no Grafana Cloud stack "homelab" that the bootstrap token can read. Its slug is the first ' +
        "part of its address, SLUG.grafana.net: pulumi config set --stack homelab grafana-alloy-dashboards:stackSlug SLUG",
    );
  });

  /** All that is told of a look-up that fails, in a bridged plugin's words: how many there are, then the reason. */
  async function refused(token: string, reason: string): Promise<string> {
    const details = `invocation of ${token} returned an error: invoking ${token}: 1 error occurred:\n\t* ${reason}\n\n`;
    // As the engine hands an error of a provider on: the SDK reads `details`.
    const error = Object.assign(new Error(details), { details });
    const { errors } = await failure({ answers: { [token]: error } });
    return errors.map(String).join("\n");
  }
  const notFound =
    '[GET /datasources/name/{name}][404] getDataSourceByNameNotFound {"message":"Data source not found"}';

  test("a data source that does not exist, with Grafana's reason", async () => {
    expect(await refused(DATA_SOURCE, notFound)).toContain(
      `metricsDataSource: Grafana could not be asked for the data source "grafanacloud-homelab-prom" (${notFound}). `,
    );
  });

  test("a stack that Grafana Cloud does not give, with its reason", async () => {
    expect(await refused(STACK, "403 Forbidden")).toContain(
      "Grafana Cloud could not be asked for the stack (403 Forbidden). ",
    );
  });
});
