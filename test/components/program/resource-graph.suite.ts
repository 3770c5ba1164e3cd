import { beforeAll, describe, expect, test } from "vitest";
import { runsOnHost } from "../../support/commands.ts";
import type { ProgramRun, Registered } from "../../support/mock-program.ts";
import { stackRun } from "../../support/stack-runs.ts";

const parents: Record<string, string[]> = {
  host: ["host-checks", "host-preparation", "host-docker"],
  "grafana-cloud": [
    "grafana-cloud-policy",
    "grafana-cloud-token",
    "grafana-cloud-verify-policy",
    "grafana-cloud-verify-token",
  ],
  alloy: [
    "alloy-image-alloy",
    "alloy-image-init",
    "alloy-image-socket-proxy",
    "alloy-networks",
    "alloy-socket-proxy",
    "alloy-files",
    "alloy-init",
    "alloy-container",
    "alloy-pid-limit",
    "alloy-loaded",
    "alloy-sinks",
    "alloy-accepted",
  ],
  "alloy-networks": ["alloy-networks-frontend", "alloy-networks-backend"],
  "alloy-socket-proxy": ["alloy-socket-proxy-container", "alloy-socket-proxy-pid-limit"],
  "alloy-files": [
    "alloy-files-directories",
    "alloy-files-config",
    "alloy-files-secret-metrics-password",
    "alloy-files-secret-logs-password",
    "alloy-files-secret-github-token",
    "alloy-files-secret-tokens.prom",
  ],
  "alloy-init": ["alloy-init-container", "alloy-init-pid-limit"],
};

/** Pairs of which the first is complete before the second begins. */
const order: [string, string][] = [
  ["host-checks", "host-preparation"],
  ["host-preparation", "host-docker"],
  ["host-preparation", "alloy-files-directories"],
  ["alloy-files-directories", "alloy-files-secret-metrics-password"],
  ["alloy-files-directories", "alloy-init-container"],
  ["alloy-files-secret-metrics-password", "alloy-files-config"],
  ["alloy-files-secret-logs-password", "alloy-files-config"],
  ["alloy-files-secret-github-token", "alloy-files-config"],
  ["alloy-files-secret-tokens.prom", "alloy-files-config"],
  ["grafana-cloud-token", "alloy-sinks"],
  ["alloy-sinks", "alloy-files-secret-metrics-password"],
  ["alloy-sinks", "alloy-files-secret-logs-password"],
  ["alloy-sinks", "alloy-accepted"],
  ["grafana-cloud-verify-token", "alloy-files-secret-tokens.prom"],
  ["alloy-files-config", "alloy-container"],
  ["alloy-init-container", "alloy-container"],
  ["alloy-socket-proxy-container", "alloy-container"],
  ["alloy-networks-frontend", "alloy-container"],
  ["alloy-networks-backend", "alloy-socket-proxy-container"],
  ["alloy-container", "alloy-pid-limit"],
  ["alloy-container", "alloy-loaded"],
  ["alloy-loaded", "alloy-accepted"],
  ["alloy-files-secret-metrics-password", "alloy-accepted"],
  ["alloy-files-secret-logs-password", "alloy-accepted"],
  ["alloy-init-container", "alloy-init-pid-limit"],
  ["alloy-socket-proxy-container", "alloy-socket-proxy-pid-limit"],
];

let run: ProgramRun;
beforeAll(async () => {
  run = await stackRun("svlnas");
});

describe("parents", () => {
  test("every resource belongs to its component; what the program makes itself to none", () => {
    const found = run.resources.map(({ name, parent }): [string, string | undefined] => [
      name,
      parent,
    ]);
    const expected = Object.entries(parents).flatMap(([parent, names]) =>
      names.map((name): [string, string | undefined] => [name, parent]),
    );
    const providers = ["grafana-cloud-provider", "github-provider"];
    const roots = [...providers, "host", "grafana-cloud", "github", "alloy"].map(
      (name): [string, undefined] => [name, undefined],
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries([...roots, ...expected]));
    expect(found).toHaveLength(roots.length + expected.length);
  });

  test("a child's name begins with its component's", () => {
    for (const { name, parent } of run.resources.filter((resource) => resource.parent)) {
      expect(name.startsWith(`${parent}-`), name).toBe(true);
    }
  });
});

test("every Docker resource goes to the host's own provider, Grafana's to its own", () => {
  for (const { name, type, provider } of run.resources) {
    const packageName = type.split(":")[0];
    if (packageName === "docker") expect(provider, name).toBe("host-docker");
    if (packageName === "grafana") expect(provider, name).toBe("grafana-cloud-provider");
  }
});

test("of all that the agent has on its host, a host that can't be reached is told", () => {
  const told = run.resources.filter(({ onError }) => onError.includes("host-unreached"));
  const onHost = run.resources.filter(
    ({ name, type }) => name.startsWith("alloy-") && /^(docker|command):/.test(type),
  );
  expect(told.map(({ name }) => name)).toEqual(onHost.map(({ name }) => name));
});

describe("order", () => {
  test.each(order)("%s is complete before %s", (first, second) => {
    const names = run.resources.map(({ name }) => name);
    expect(names).toContain(first);
    expect(names.indexOf(second)).toBeGreaterThan(names.indexOf(first));
  });

  // Of the rest only the order of creation is certain: a component passes its own dependencies on by it.
  const recorded = order.filter(([, second]) => second !== "alloy-init-container");

  test.each(recorded)("the engine knows it: %s before %s", (first, second) => {
    const known = new Set<string>();
    const visit = (name: string) => {
      for (const next of run.named(name).dependsOn) {
        if (!known.has(next)) visit(next);
        known.add(next);
      }
    };
    visit(second);
    expect([...known]).toContain(first);
  });
});

test("a container is deleted before it is replaced, for its name is taken", () => {
  const changes = ["healthcheck", "tmpfs", "init"];
  const options = run.resources
    .filter(({ type }) => type.endsWith(":Container"))
    .map((found) => [found.name, found.deleteBeforeReplace, found.replaceOnChanges]);
  expect(Object.fromEntries(options.map(([name, ...rest]) => [name, rest]))).toEqual({
    "alloy-container": [true, changes],
    "alloy-socket-proxy-container": [true, changes],
    "alloy-init-container": [true, []],
  });
});

test("nothing is done on a host before its checks are passed and it is prepared", () => {
  const waits = ({ dependsOn, provider }: Registered): string[] => [
    ...dependsOn,
    ...(provider ? [provider] : []),
  ];
  const before = (name: string): Set<string> => {
    const all = new Set<string>();
    const visit = (each: string) => {
      for (const next of waits(run.named(each))) {
        if (!all.has(next)) visit(next);
        all.add(next);
      }
    };
    visit(name);
    return all;
  };
  const onHost = run.resources.filter(
    (resource) => resource.type.startsWith("docker:") || runsOnHost(resource),
  );
  expect(onHost.length).toBeGreaterThanOrEqual(18);
  for (const { name } of onHost.filter((each) => each.name !== "host-preparation")) {
    expect([...before(name)], name).toEqual(
      expect.arrayContaining(["host-checks", "host-preparation"]),
    );
  }
  expect(run.named("host-checks").dependsOn).toEqual([]);
});

test("the local stack has the same graph, less Grafana Cloud and preparation", async () => {
  const local = await stackRun("local");
  const graph = (of: ProgramRun) =>
    of.resources
      .filter(({ name }) => !/^grafana-cloud|^alloy-image-|^host-preparation/.test(name))
      .map(({ name, parent }) => `${parent} > ${name}`)
      .sort();
  expect(graph(local)).toEqual(graph(run));
});

test("a secret file is deleted before it is written anew, never after", () => {
  const secrets = run.resources.filter(({ name }) => name.includes("-secret-"));
  expect(secrets.map(({ deleteBeforeReplace }) => deleteBeforeReplace)).toEqual(
    Array(4).fill(true),
  );
});
