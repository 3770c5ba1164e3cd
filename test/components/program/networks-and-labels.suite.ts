import { describe, expect, test } from "vitest";
import { externalNetworks } from "../../../components/agent/external-networks.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const target = (name: string, network: string) => ({ name, exporter: `${name}:9187`, network });

describe("externalNetworks", () => {
  test("are those of the databases, each once, in order of names", () => {
    const postgres = [target("a", "z-backend"), target("b", "a-backend"), target("c", "z-backend")];
    expect(externalNetworks({ postgres })).toEqual(["a-backend", "z-backend"]);
  });

  test("do not hang on the order of the databases", () => {
    const postgres = [target("a", "x"), target("b", "y")];
    expect(externalNetworks({ postgres: [...postgres].reverse() })).toEqual(
      externalNetworks({ postgres }),
    );
  });

  test("are none without databases", () => {
    expect(externalNetworks({ postgres: [] })).toEqual([]);
  });
});

describe.each([
  { stack: "svlnas", external: ["immich-backend", "outline-backend"] },
  { stack: "svlazext", external: [] },
] as const)("on $stack", ({ stack, external }) => {
  test("the frontend's subnet is pinned, the backend has no way out, no other is made", async () => {
    const run = await stackRun(stack);
    const networks = run.resources.filter(({ type }) => type.endsWith(":Network"));
    expect(Object.fromEntries(networks.map(({ name, inputs }) => [name, inputs]))).toEqual({
      "alloy-networks-frontend": {
        name: "alloy-frontend",
        driver: "bridge",
        ipamConfigs: [{ subnet: "172.30.100.8/29" }],
      },
      "alloy-networks-backend": { name: "alloy-backend", driver: "bridge", internal: true },
    });
  });

  test("each container joins its networks and no other", async () => {
    const run = await stackRun(stack);
    const joined = (name: string) => run.named(name).inputs.networksAdvanced;
    expect(joined("alloy-container")).toEqual(
      ["alloy-frontend", "alloy-backend", ...external].map((name) => ({ name })),
    );
    expect(joined("alloy-socket-proxy-container")).toEqual([{ name: "alloy-backend" }]);
    expect(joined("alloy-init-container")).toBeUndefined();
    expect(run.named("alloy-init-container").inputs.networkMode).toBe("none");
  });
});

test("a stack's own subnet is pinned in place of the default", async () => {
  const networks = { frontendSubnet: "10.1.2.0/24" };
  const run = await mockProgram("svlazext", { ...completed("svlazext"), networks });
  expect(run.named("alloy-networks-frontend").inputs.ipamConfigs).toEqual([
    { subnet: "10.1.2.0/24" },
  ]);
});

test("networks that are there already are joined, and not made", async () => {
  const networks = { existing: true };
  const run = await mockProgram("svlazext", { ...completed("svlazext"), networks });
  expect(run.resources.filter(({ type }) => type.endsWith(":Network"))).toEqual([]);
  const joined = (name: string) => run.named(name).inputs.networksAdvanced;
  expect(joined("alloy-container")).toEqual([
    { name: "alloy-frontend" },
    { name: "alloy-backend" },
  ]);
  expect(joined("alloy-socket-proxy-container")).toEqual([{ name: "alloy-backend" }]);
});

const labelsOf = (run: ProgramRun, name: string): [string, string][] =>
  run
    .named(name)
    .inputs.labels.map(({ label, value }: { label: string; value: string }) => [label, value]);

const compose = (service: string): [string, string][] => [
  ["com.docker.compose.project", "alloy"],
  ["com.docker.compose.service", service],
];

/** The labels of `alloy` on a host, in the order in which they are set. */
function expected(name: string, title: string, description: string): [string, string][] {
  const router = "traefik.http.routers";
  return [
    ...compose("alloy"),
    ["gatus.alerts", '[{"type":"email"},{"type":"custom"}]'],
    ["gatus.conditions", '["[STATUS] == 200","[RESPONSE_TIME] < 1000"]'],
    ["gatus.headers.Host", name],
    ["gatus.url", "http://172.30.100.6:8444/-/ready"],
    ["homepage.description", description],
    ["homepage.group", "Infrastructure"],
    ["homepage.href", `https://${name}`],
    ["homepage.icon", "alloy.svg"],
    ["homepage.name", title],
    ["traefik.docker.network", "alloy-frontend"],
    ["traefik.enable", "true"],
    [`${router}.alloy-monitor.entrypoints`, "monitoring"],
    [`${router}.alloy-monitor.middlewares`, "chain-no-auth@file"],
    [`${router}.alloy-monitor.rule`, `Host(\`${name}\`)`],
    [`${router}.alloy-monitor.service`, "alloy-svc"],
    [`${router}.alloy-rtr.entrypoints`, "https"],
    [`${router}.alloy-rtr.middlewares`, "chain-auth@file"],
    [`${router}.alloy-rtr.rule`, `Host(\`${name}\`)`],
    [`${router}.alloy-rtr.service`, "alloy-svc"],
    ["traefik.http.services.alloy-svc.loadbalancer.server.port", "12345"],
  ];
}

test.each([
  {
    stack: "svlnas",
    labels: expected("alloy.example.org", "Alloy", "Telemetry collector (metrics, logs)"),
  },
  {
    stack: "svlazext",
    labels: expected("alloy-ext.example.org", "Alloy (svlazext)", "Telemetry collector (svlazext)"),
  },
] as const)("$stack: exactly these labels", async ({ stack, labels }) => {
  const run = await stackRun(stack);
  expect(labelsOf(run, "alloy-container")).toEqual(labels);
  expect(labelsOf(run, "alloy-socket-proxy-container")).toEqual(compose("alloy-docker-proxy"));
  expect(labelsOf(run, "alloy-init-container")).toEqual(compose("alloy-init"));
});

test("without ingress only compose's labels are left, and no address is given out", async () => {
  const { ingress: _left, ...settings } = completed("svlnas");
  const run = await mockProgram("svlnas", settings);
  expect(labelsOf(run, "alloy-container")).toEqual(compose("alloy"));
  expect(run.outputs.ui).toBeUndefined();
});
