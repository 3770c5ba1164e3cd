import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { joinedNetworks } from "../../policy/joined-networks.ts";
import type { Props, StackResource } from "../../policy/resource.ts";
import { rules, stackRules } from "../../policy/rules.ts";
import { engineConfig, mockProgram } from "../support/mock-program.ts";
import { changed, completed, completedLocal, type RawSettings } from "../support/stack-files.ts";

/** What a stack registers, as the engine hands it to a policy pack: secrets in plain. */
async function resourcesOf(stack: string, settings: RawSettings): Promise<StackResource[]> {
  const { resources } = await mockProgram(stack, settings, { fetch: offline });
  return resources.map(({ type, name, inputs, dependsOn }) => ({
    type,
    name,
    props: plain(inputs) as Props,
    dependencies: dependsOn,
  }));
}

/** Without GitHub's word the program warns, and makes the same. */
const offline = () => Promise.reject(new TypeError("fetch failed"));

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("secret" in value) return plain(value.secret);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** What all rules say of a stack, each with the rule's name. */
function findings(resources: StackResource[], settings: RawSettings): string[] {
  const stack = { resources, externalNetworks: joinedNetworks(engineConfig(settings)[0]) };
  return [
    ...rules.flatMap(({ name, check }) =>
      resources.flatMap((resource) => check(resource).map((message) => `${name}: ${message}`)),
    ),
    ...stackRules.flatMap(({ name, check }) =>
      check(stack).map(({ message }) => `${name}: ${message}`),
    ),
  ];
}

const svlnas = completed("svlnas");
const svlazext = completed("svlazext");
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const { githubToken, ...withoutToken } = changed(svlnas, "github", {
  app: { id: 7, installationId: 70 },
});
const { ingress, registry, registryPassword, ...least } = svlazext;
const image = (svlazext.images ?? {}) as object;
const public_ = { ...image, alloy: (completedLocal().images as { alloy: string }).alloy };

test.each<[string, RawSettings]>([
  ["svlnas", svlnas],
  ["svlazext", svlazext],
  ["local", completedLocal()],
  ["an adopted host", { ...svlnas, networks: { existing: true } }],
  ["another subnet", { ...svlazext, networks: { frontendSubnet: "172.30.101.8/29" } }],
  ["logs alone", { ...svlazext, pipelines: ["containers", "journal"] }],
  ["a GitHub App", { ...withoutToken, githubAppPrivateKey: pem, restart: "unless-stopped" }],
  ["no ingress, no registry", { ...least, images: public_ }],
  ["a host prepared by hand", changed(svlazext, "host", { prepare: undefined })],
  ["another account", changed(svlazext, "host", { serviceAccount: { uid: 4000, gid: 4000 } })],
  ["restart always", { ...svlazext, restart: "unless-stopped" }],
  ["tokens of one subnet", changed(svlazext, "grafanaCloud", { allowedSubnets: ["192.0.2.0/24"] })],
])("%s breaks no rule", async (stack, settings) => {
  expect(findings(await resourcesOf(stack, settings), settings)).toEqual([]);
});

test("a stack breaks a rule wherever one thing of it is changed", async () => {
  const weak: Record<string, Props> = {
    "alloy-container": {
      ...{ image: "alloy:latest", privileged: true, capabilities: {}, readOnly: false, memory: 0 },
      mounts: [{ type: "bind", source: "/run/docker.sock", target: "/run/docker.sock" }],
      envs: ["API_TOKEN=abc"],
      publishAllPorts: true,
      networksAdvanced: [{ name: "immich-db" }],
    },
    "grafana-cloud-policy": { scopes: ["metrics:read", "metrics:write"] },
  };
  const resources = (await resourcesOf("svlazext", svlazext))
    .filter(({ name }) => name !== "alloy-pid-limit")
    .map((one) => ({ ...one, props: { ...one.props, ...weak[one.name] } }));
  const broken = findings(resources, svlazext).map((finding) => finding.split(":")[0]);
  expect(broken).toEqual([
    "image-digest",
    "no-privilege",
    "capability-reason",
    "read-only-root",
    "memory-limit",
    "docker-socket",
    "no-secret-in-plain-sight",
    "no-published-port",
    "access-policy",
    "pid-limit",
    "declared-network",
  ]);
});

test("a network of another service that the configuration does not name is found", async () => {
  const [immich] = svlnas.postgres as unknown[];
  const [finding, ...others] = findings(await resourcesOf("svlnas", svlnas), {
    ...svlnas,
    postgres: [immich],
  });
  expect(finding).toContain("declared-network: container alloy: is on network outline-backend,");
  expect(others).toEqual([]);
});

test("the agent's own networks are to be made where they are not there already", async () => {
  const adopted = { ...svlazext, networks: { existing: true } };
  const found = findings(await resourcesOf("svlazext", adopted), svlazext);
  expect(found.map((finding) => /network (\S+),/.exec(finding)?.[1])).toEqual([
    "alloy-backend",
    "alloy-frontend",
    "alloy-backend",
  ]);
});
