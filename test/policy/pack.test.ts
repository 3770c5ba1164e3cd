import { afterAll, beforeAll, expect, test } from "vitest";
import { types } from "../../policy/resource.ts";
import { rules, stackRules } from "../../policy/rules.ts";
import { type PackClient, startPack, unknownText } from "./support/pack-client.ts";
import { container, resource } from "./support/resources.ts";

const mandatory = 1;
let pack: PackClient;

beforeAll(async () => {
  const postgres = [{ name: "immich", exporter: "immich-db-exporter:9187", network: "immich-db" }];
  pack = await startPack({ "grafana-alloy:postgres": JSON.stringify(postgres) });
}, 60_000);
afterAll(() => pack?.stop());

test("Pulumi's own runner loads the pack, and every rule is mandatory", async () => {
  const expected = [...rules, ...stackRules].map(({ name }) => ({ name, level: mandatory }));
  expect(await pack.info()).toEqual(expected);
});

test("a resource that breaks rules is reported rule by rule", async () => {
  const broken = container({ privileged: true, readOnly: false, envs: ["API_TOKEN=abc"] });
  const found = await pack.analyze(broken);
  expect(found.map(([policy]) => policy)).toEqual([
    "no-privilege",
    "read-only-root",
    "no-secret-in-plain-sight",
  ]);
  for (const [, message] of found) expect(message).not.toContain("abc");
});

test("what only the update brings does not keep a rule from the rest", async () => {
  const later = { image: unknownText, networksAdvanced: [{ name: unknownText }] };
  expect(await pack.analyze(container(later))).toEqual([]);
  expect(await pack.analyze(container({ ...later, ports: null }))).toEqual([]);
  const mounts = [{ source: unknownText }, { source: "/run/docker.sock", target: "/s" }];
  expect(await pack.analyze(container({ ...later, mounts }))).toHaveLength(1);
});

test("a secret in a resource is looked at like any other value", async () => {
  const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const found = await pack.analyze(container({ envs: { ...signature, value: ["A_KEY=abc"] } }));
  expect(found.map(([policy]) => policy)).toEqual(["no-secret-in-plain-sight"]);
});

test("networks that the stack's configuration names are declared, others are not", async () => {
  const limit = resource(
    types.remoteCommand,
    "limit",
    { stdin: "docker update --pids-limit 200 x" },
    ["alloy-container"],
  );
  const on = (name: string) => container({ networksAdvanced: [{ name }] });
  expect(await pack.analyzeStack([on("immich-db"), limit])).toEqual([]);
  const found = await pack.analyzeStack([on("outline-db")]);
  expect(found.map(([policy]) => policy)).toEqual(["pid-limit", "declared-network"]);
});
