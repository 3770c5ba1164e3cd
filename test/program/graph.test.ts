import { beforeAll, describe, expect, test } from "vitest";
import { runsOnHost } from "../support/commands.ts";
import type { ProgramRun } from "../support/mock-program.ts";
import { stackRun } from "../support/stack-runs.ts";

/** The resources of `svlnas` by the component that they belong to; "" is the program itself. */
const parents: Record<string, string[]> = {
  github: ["github-token-end"],
  "": ["grafana-cloud-provider", "host", "grafana-cloud", "github", "alloy"],
  host: ["host-checks", "host-preparation", "host-docker"],
  "grafana-cloud": [
    ...["grafana-cloud-policy", "grafana-cloud-token"],
    ...["grafana-cloud-verify-policy", "grafana-cloud-verify-token"],
  ],
  alloy: [
    ...["alloy-image-alloy", "alloy-image-init", "alloy-image-socket-proxy"],
    ...["alloy-networks", "alloy-socket-proxy", "alloy-files", "alloy-init"],
    ...["alloy-container", "alloy-pid-limit", "alloy-loaded", "alloy-sinks", "alloy-accepted"],
  ],
  "alloy-networks": ["alloy-networks-frontend", "alloy-networks-backend"],
  "alloy-socket-proxy": [
    ...["alloy-socket-proxy-rules", "alloy-socket-proxy-container", "alloy-socket-proxy-pid-limit"],
  ],
  "alloy-files": [
    ...["alloy-files-directories", "alloy-files-config"],
    ...["alloy-files-secret-metrics-password", "alloy-files-secret-logs-password"],
    ...["alloy-files-secret-github-token", "alloy-files-secret-tokens.prom"],
  ],
  "alloy-init": ["alloy-init-container", "alloy-init-pid-limit"],
};

/** What is complete before a resource begins. */
const order: Record<string, string[]> = {
  "host-checks": [],
  "host-preparation": ["host-checks"],
  "host-docker": ["host-preparation"],
  "alloy-files-directories": ["host-preparation"],
  "alloy-sinks": ["grafana-cloud-token"],
  "alloy-files-secret-metrics-password": ["alloy-files-directories", "alloy-sinks"],
  "alloy-files-secret-logs-password": ["alloy-files-directories", "alloy-sinks"],
  "alloy-files-secret-tokens.prom": ["grafana-cloud-verify-token"],
  "alloy-files-config": [
    ...["alloy-files-secret-metrics-password", "alloy-files-secret-logs-password"],
    ...["alloy-files-secret-github-token", "alloy-files-secret-tokens.prom"],
  ],
  "alloy-socket-proxy-rules": ["alloy-files-directories"],
  "alloy-socket-proxy-container": ["alloy-networks-backend", "alloy-socket-proxy-rules"],
  "alloy-container": [
    ...["alloy-files-config", "alloy-init-container", "alloy-socket-proxy-container"],
    "alloy-networks-frontend",
  ],
  "alloy-pid-limit": ["alloy-container"],
  "alloy-init-pid-limit": ["alloy-init-container"],
  "alloy-socket-proxy-pid-limit": ["alloy-socket-proxy-container"],
  "alloy-loaded": ["alloy-container"],
  "alloy-accepted": [
    ...["alloy-sinks", "alloy-loaded"],
    ...["alloy-files-secret-metrics-password", "alloy-files-secret-logs-password"],
  ],
};

let run: ProgramRun;
beforeAll(async () => {
  run = await stackRun("svlnas");
});

/** What the engine waits for before it begins a resource. */
function waitedFor(name: string, known = new Set<string>()): Set<string> {
  const { dependsOn, provider } = run.named(name);
  for (const next of [...dependsOn, ...(provider ? [provider] : [])]) {
    if (known.has(next)) continue;
    known.add(next);
    waitedFor(next, known);
  }
  return known;
}

/** Names of resources by their parents, both sorted. */
function tree({ resources }: ProgramRun, left = /^$/): string[] {
  const kept = resources.filter(({ name }) => !left.test(name));
  return kept.map(({ name, parent = "" }) => `${parent} > ${name}`).sort();
}

test("there are these resources, each belongs to its component", () => {
  const expected = Object.entries(parents).flatMap(([parent, names]) =>
    names.map((name) => `${parent} > ${name}`),
  );
  expect(tree(run)).toEqual(expected.sort());
});

test("the local stack has the same, less Grafana Cloud and preparation", async () => {
  const left = /^grafana-cloud|^host-preparation/;
  expect(tree(await stackRun("local"), left)).toEqual(tree(run, left));
});

test("every Docker resource goes to the host's own provider, Grafana's to its own", () => {
  const providers: Record<string, string> = {
    docker: "host-docker",
    grafana: "grafana-cloud-provider",
  };
  for (const { name, type, provider } of run.resources) {
    const [packageName = ""] = type.split(":");
    if (packageName in providers) expect(provider, name).toBe(providers[packageName]);
  }
});

describe("order", () => {
  test.each(Object.entries(order))("%s waits for %j", (name, first) => {
    expect([...waitedFor(name)]).toEqual(expect.arrayContaining(first));
  });

  // A component passes its own dependencies on to what it makes: no dependency of the engine shows it.
  test("alloy-init waits for its directory", () => {
    const names = run.resources.map(({ name }) => name);
    const at = (name: string) => names.indexOf(name);
    expect(at("alloy-init-container")).toBeGreaterThan(at("alloy-files-directories"));
  });

  test("nothing is done on a host before its checks are passed and it is prepared", () => {
    const onHost = run.resources.filter((one) => one.type.startsWith("docker:") || runsOnHost(one));
    for (const { name } of onHost.filter((one) => one.name !== "host-preparation")) {
      const first = expect.arrayContaining(["host-checks", "host-preparation"]);
      expect([...waitedFor(name)], name).toEqual(first);
    }
  });
});

test("a destroy revokes tokens and policies before it comes to the networks", () => {
  // The engine deletes in waves: what nothing depends on first.
  const waves = new Map<string, number>();
  const waveOf = (name: string): number => {
    const known = waves.get(name);
    if (known !== undefined) return known;
    const needing = run.resources.filter(({ dependsOn, provider, parent }) =>
      [...dependsOn, provider, parent].includes(name),
    );
    const wave = 1 + Math.max(0, ...needing.map((one) => waveOf(one.name)));
    waves.set(name, wave);
    return wave;
  };
  const policies = run.resources.filter(({ type }) => type.endsWith(":AccessPolicy"));
  expect(policies).toHaveLength(2);
  for (const { name } of policies) expect(waveOf(name)).toBeLessThan(waveOf("host-checks"));
});

test("containers, secret files and versions are deleted before they are replaced: their names are taken", () => {
  const first = run.resources.filter(({ deleteBeforeReplace }) => deleteBeforeReplace);
  const names = first.map(({ name, replaceOnChanges }) => [name, replaceOnChanges]);
  const changes = ["healthcheck", "tmpfs", "init"];
  // The SDK's own.
  const ofCommands = ["triggers[*]"];
  expect(Object.fromEntries(names)).toEqual({
    "alloy-container": changes,
    "alloy-socket-proxy-container": changes,
    "alloy-init-container": [],
    "alloy-files-config": ["stdin", ...ofCommands],
    "alloy-files-secret-metrics-password": ofCommands,
    "alloy-files-secret-logs-password": ofCommands,
    "alloy-files-secret-github-token": ofCommands,
    "alloy-files-secret-tokens.prom": ofCommands,
  });
});

test("of all that the agent has on its host, a host that can't be reached is told", () => {
  const told = run.resources.filter(({ onError }) => onError.includes("host-unreached"));
  const onHost = run.resources.filter(
    ({ name, type }) => name.startsWith("alloy-") && /^(docker|command):/.test(type),
  );
  expect(told.map(({ name }) => name)).toEqual(onHost.map(({ name }) => name));
});

test("what a killed update has left under a name is looked for before a container or network is made", () => {
  const looked = run.resources.flatMap(({ name, beforeCreate }) =>
    beforeCreate.map((hook) => [name, hook]),
  );
  expect(Object.fromEntries(looked)).toEqual({
    "alloy-container": "host-way-for-container",
    "alloy-init-container": "host-way-for-container",
    "alloy-socket-proxy-container": "host-way-for-container",
    "alloy-networks-backend": "host-way-for-network",
    "alloy-networks-frontend": "host-way-for-network",
  });
});
