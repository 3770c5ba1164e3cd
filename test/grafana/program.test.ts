import { beforeAll, describe, expect, test } from "vitest";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import { knownFailure } from "../support/known-failures.ts";
import { type GrafanaRun, mockGrafana } from "../support/mock-grafana.ts";
import { programFailure } from "../support/program-failure.ts";

const TOKEN = "grafana:cloudAccessPolicyToken";
const SLUG = "grafana-alloy-dashboards:stackSlug";
const secrets = [TOKEN];
const config = { [SLUG]: "homelab", [TOKEN]: "glc_bootstrap" };

describe("a stack of the dashboards", () => {
  let run: GrafanaRun;
  beforeAll(async () => {
    run = await mockGrafana({ config, secrets });
  });
  const named = (name: string) => run.resources.find((each) => each.name === name);

  test("makes these and no other, each with its provider", () => {
    const content = Object.keys(allDashboards()).map((key) => `alloy-dashboard-${key}`);
    const of = (provider: string | undefined) =>
      run.resources
        .filter((each) => each.provider === provider)
        .map(({ name }) => name)
        .sort();
    expect(of("grafana-cloud-provider")).toEqual(["grafana-account", "grafana-token"]);
    expect(of("grafana-provider")).toEqual([...content, "alloy-alerts", "alloy-folder"].sort());
    expect(of(undefined)).toEqual(
      ["alloy", "grafana", "grafana-cloud-provider", "grafana-provider"].sort(),
    );
  });

  test("has a service account whose token is renewed 30 days before its end", () => {
    expect(named("grafana-account")?.inputs).toEqual({
      stackSlug: "homelab",
      name: "grafana-alloy",
      role: "Admin",
    });
    expect(named("grafana-token")?.inputs).toEqual({
      stackSlug: "homelab",
      serviceAccountId: "id-of-grafana-account",
      namePrefix: "grafana-alloy",
      secondsToLive: 7_776_000,
      earlyRotationWindowSeconds: 2_592_000,
      deleteOnDestroy: true,
    });
  });

  test("gives each token to its provider, as a secret, and to nothing else", () => {
    expect(named("grafana-cloud-provider")?.inputs).toEqual({
      cloudAccessPolicyToken: { secret: "glc_bootstrap" },
    });
    expect(named("grafana-provider")?.inputs).toEqual({
      url: "https://homelab.grafana.net",
      auth: { secret: "glsa_secret" },
    });
    const holders = run.resources.filter((each) => /glsa_|glc_/.test(JSON.stringify(each)));
    expect(holders.map(({ name }) => name).sort()).toEqual([
      "grafana-cloud-provider",
      "grafana-provider",
    ]);
  });

  test("asks Grafana, as the service account, which data source has the metrics", () => {
    expect(run.calls).toEqual([
      {
        token: "grafana:cloud/getStack:getStack",
        inputs: { slug: "homelab" },
        provider: "grafana-cloud-provider",
      },
      {
        token: "grafana:oss/getDataSource:getDataSource",
        inputs: { name: "grafanacloud-homelab-prom" },
        provider: "grafana-provider",
      },
    ]);
  });

  test("puts each dashboard into the folder, over what was changed in the browser", () => {
    expect(named("alloy-folder")?.inputs).toEqual({ uid: "grafana-alloy", title: "Alloy" });
    for (const [key, dashboard] of Object.entries(allDashboards())) {
      const { configJson, ...rest } = named(`alloy-dashboard-${key}`)?.inputs ?? {};
      expect(rest).toEqual({ folder: "grafana-alloy", overwrite: true });
      expect(JSON.parse(configJson)).toEqual(JSON.parse(JSON.stringify(dashboard)));
    }
  });

  test("has one group of rules, evaluated each minute over that data source", () => {
    const { rules, ...rest } = named("alloy-alerts")?.inputs ?? {};
    expect(rest).toEqual({ name: "alloy", folderUid: "grafana-alloy", intervalSeconds: 60 });
    expect(rules).toHaveLength(9);
    for (const { datas } of rules) expect(datas[0].datasourceUid).toBe("the-metrics");
  });

  test("tells where the dashboards are and when its token ends", () => {
    expect(Object.keys(run.outputs.dashboards as object)).toEqual(Object.keys(allDashboards()));
    expect(run.outputs).toMatchObject({
      dashboards: { fleet: "https://homelab.grafana.net/d/alloy-dashboard-fleet" },
      tokenExpiresAt: "2027-02-01T00:00:00Z",
    });
  });
});

test("a first preview, without a token, asks Grafana nothing", async () => {
  const run = await mockGrafana({ config, secrets, preview: true });
  expect(run.calls.map(({ token }) => token)).toEqual(["grafana:cloud/getStack:getStack"]);
  expect(run.resources.map(({ name }) => name)).toContain("alloy-alerts");
});

test("addresses that are told get a contact point, which the rules name", async () => {
  const more = { "grafana-alloy-dashboards:notifyEmails": '["ops@example.org"]' };
  const run = await mockGrafana({ config: { ...config, ...more }, secrets });
  const named = (name: string) => run.resources.find((each) => each.name === name)?.inputs;
  expect(named("alloy-contact-point")).toEqual({
    name: "Alloy",
    emails: [{ addresses: ["ops@example.org"] }],
  });
  expect(named("alloy-alerts")?.rules[0].notificationSettings).toEqual({ contactPoint: "Alloy" });
});

test("another data source can be named", async () => {
  const more = { "grafana-alloy-dashboards:metricsDataSource": "mimir" };
  const run = await mockGrafana({ config: { ...config, ...more }, secrets });
  expect(run.calls[1]?.inputs).toEqual({ name: "mimir" });
});

describe("what is wrong is said with the command that mends it", () => {
  const failure = async (mocks: Parameters<typeof mockGrafana>[0]) =>
    (await programFailure(() => mockGrafana(mocks))).message;

  test("all faults of the configuration at once", async () => {
    const wrong = {
      "grafana-alloy-dashboards:notifyEmails": '["ops"]',
      "grafana-alloy-dashboards:colour": "red",
    };
    expect(await failure({ config: wrong })).toBe(
      [
        "Stack homelab: 4 faults in the configuration, nothing was changed.",
        "  stackSlug: is missing: the first part of SLUG.grafana.net",
        "    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:stackSlug' mystack",
        "  notifyEmails[0]: must be an e-mail address",
        "    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:notifyEmails[0]' ops@example.org",
        "  cloudAccessPolicyToken: is missing: its scopes are stacks:read and stack-service-accounts:write",
        "    pulumi config set --stack homelab --secret grafana:cloudAccessPolicyToken",
        "  colour: is not a setting; known here: cloudAccessPolicyToken, metricsDataSource, notifyEmails, stackSlug",
        "    pulumi config rm --stack homelab --path 'grafana-alloy-dashboards:colour'",
      ].join("\n"),
    );
  });

  test("a list that is not JSON", async () => {
    const wrong = { ...config, "grafana-alloy-dashboards:notifyEmails": "[abc" };
    expect(await failure({ config: wrong, secrets })).toBe(
      [
        "Stack homelab: 1 fault in the configuration, nothing was changed.",
        "  notifyEmails: must be an array",
        `    pulumi config set --stack homelab --path 'grafana-alloy-dashboards:notifyEmails' '["ops@example.org"]'`,
      ].join("\n"),
    );
  });

  test("a bootstrap token in plain text", async () => {
    expect(await failure({ config })).toContain("is stored in plain text; revoke it");
  });

  test("a slug that does not exist, which the provider answers with nothing", async () => {
    expect(await failure({ config, secrets, stack: {} })).toBe(
      'stackSlug: there is no Grafana Cloud stack "homelab" that the bootstrap token can read. Its slug is the first ' +
        "part of its address, SLUG.grafana.net: pulumi config set --stack homelab grafana-alloy-dashboards:stackSlug SLUG",
    );
  });

  test("a data source that does not exist", async () => {
    const dataSource = new Error("no data source with that name");
    const { errors } = await programFailure(() => mockGrafana({ config, secrets, dataSource }));
    expect(errors.map(String).join("\n")).toContain(
      'metricsDataSource: Grafana could not be asked for the data source "grafanacloud-homelab-prom" (',
    );
  });

  /** As a bridged plugin says it: how many there are, then the reason. */
  const pluginError = (token: string, reason: string) =>
    new Error(
      `invocation of ${token} returned an error: invoking ${token}: 1 error occurred:\n\t* ${reason}\n\n`,
    );

  knownFailure("grafana/ says why Grafana has no such data source", async () => {
    const reason =
      '[GET /datasources/name/{name}][404] getDataSourceByNameNotFound {"message":"Data source not found"}';
    const dataSource = pluginError("grafana:oss/getDataSource:getDataSource", reason);
    const { errors } = await programFailure(() => mockGrafana({ config, secrets, dataSource }));
    expect(errors.map(String).join("\n")).toContain("Data source not found");
  });

  knownFailure("grafana/ says why Grafana Cloud gives no stack", async () => {
    const stack = pluginError("grafana:cloud/getStack:getStack", "403 Forbidden");
    const { errors } = await programFailure(() => mockGrafana({ config, secrets, stack }));
    expect(errors.map(String).join("\n")).toContain("403 Forbidden");
  });
});
