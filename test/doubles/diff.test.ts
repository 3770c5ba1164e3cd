import { describe, expect, it } from "vitest";
import { diffCommand } from "../../lab/doubles/command/lifecycle.ts";
import { diffContainer } from "../../lab/doubles/docker/container-schema.ts";
import { network } from "../../lab/doubles/docker/network.ts";
import { changedPaths } from "../../lab/doubles/engine/diff.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { diffToken, isDue } from "../../lab/doubles/grafana/token.ts";

describe("changed paths", () => {
  it.each<[unknown, unknown, string[]]>([
    [["a"], ["b", "c"], ["t[0]", "t[1]"]],
    [{ a: { b: 1 } }, { a: { b: 2 } }, ["t.a.b"]],
    [{ "/tmp": "1" }, { "/tmp": "2" }, ['t["/tmp"]']],
    [undefined, 1, ["t"]],
    [1, 1, []],
  ])("from %j to %j", (old, next, expected) => {
    expect(changedPaths("t", old, next).map(({ path }) => path)).toEqual(expected);
  });
});

describe("a container", () => {
  const base = { name: "c", image: "i", memory: 64 };
  const diff = (change: Bag, state: Bag = { networkDatas: [] }) =>
    diffContainer(base, { ...base, ...change }, state);

  it.each([
    [{ memory: 128 }],
    [{ memorySwap: 128 }],
    [{ restart: "always" }],
    [{ maxRetryCount: 3 }],
    [{ cpuShares: 2 }],
    [{ cpuSet: "0" }],
    [{ destroyGraceSeconds: 30 }],
    [{ healthcheck: { tests: ["CMD", "true"] } }],
    [{ tmpfs: { "/tmp": "" } }],
    [{ init: true }],
  ])("is updated in place for %j", (change) => {
    expect(diff(change)).toMatchObject({ changed: Object.keys(change), replaces: [] });
  });

  it.each([
    [{ image: "j" }],
    [{ name: "d" }],
    [{ envs: ["A=1"] }],
    [{ labels: [{ label: "a", value: "b" }] }],
    [{ networksAdvanced: [{ name: "n" }] }],
    [{ capabilities: { drops: ["ALL"] } }],
    [{ readOnly: true }],
    [{ user: "1" }],
  ])("is replaced, the old one deleted first, for %j", (change) => {
    expect(diff(change)).toMatchObject({
      replaces: Object.keys(change),
      deleteBeforeReplace: true,
    });
  });

  it("does not change by a default or by the order of a set", () => {
    expect(diff({ mustRun: true, restart: "no", networkMode: "bridge" }).changed).toEqual([]);
    const envs = (list: string[]) => ({ ...base, envs: list });
    const state = { networkDatas: [] };
    expect(diffContainer(envs(["A=1", "B=2"]), envs(["B=2", "A=1"]), state).changed).toEqual([]);
  });

  it("is replaced when its create failed half way", () => {
    expect(diff({}, {}).replaces).toEqual(["networkDatas"]);
  });
});

it("a network is replaced by any change", () => {
  const diff = network.diff({ name: "n" }, { name: "n", internal: true }, {});
  expect(diff).toMatchObject({ replaces: ["internal"], deleteBeforeReplace: true });
});

describe("a command", () => {
  it("is updated by any change and replaced by a trigger, the new one first", () => {
    expect(diffCommand({ create: "a" }, { create: "b" })).toMatchObject({
      changed: ["create"],
      replaces: [],
    });
    expect(diffCommand({ triggers: [1] }, { triggers: [2] })).toMatchObject({
      replaces: ["triggers"],
      deleteBeforeReplace: false,
    });
  });
});

describe("a rotating token", () => {
  const inputs = { namePrefix: "p", expireAfter: "24h", earlyRotationWindow: "2h" };
  const state = { expiresAt: "2030-01-02T00:00:00Z" };

  it.each([
    ["2030-01-01T21:59:59Z", false],
    ["2030-01-01T22:00:01Z", true],
    ["2030-02-01T00:00:00Z", true],
  ])("at %s is due: %s", (now, due) => {
    expect(isDue(state.expiresAt, "2h", new Date(now))).toBe(due);
    expect(diffToken(inputs, inputs, state, new Date(now)).replaces).toEqual(
      due ? ["readyForRotation"] : [],
    );
  });

  it("takes a new window without a new token", () => {
    const wider = { ...inputs, earlyRotationWindow: "3h" };
    const diff = diffToken(inputs, wider, state, new Date("2030-01-01T00:00:00Z"));
    expect(diff).toMatchObject({ changed: ["earlyRotationWindow"], replaces: [] });
  });
});
