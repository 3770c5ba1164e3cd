import { describe, expect, it } from "vitest";
import { ResourceCalls } from "../../lab/doubles/engine/calls.ts";
import { changedPaths } from "../../lab/doubles/engine/diff.ts";
import { PartialCreateError, type ResourceDouble } from "../../lab/doubles/engine/provider.ts";
import { goDuration, nanoseconds } from "../../lab/doubles/engine/shapes.ts";
import {
  type Bag,
  containsUnknown,
  markSecrets,
  sameValue,
  secret,
  UNKNOWN,
  unwrap,
} from "../../lab/doubles/engine/values.ts";
import { contextOf } from "./context.ts";

const done: string[] = [];

const double: ResourceDouble<null> = {
  schema: { inputs: ["name", "stdin"], computed: ["out"], autoName: "name" },
  computedOnUpdate: "unknown",
  check: ({ stdin }) => (stdin === "" ? [{ property: "stdin", reason: "empty" }] : []),
  diff: () => ({ changed: [], replaces: [], deleteBeforeReplace: false, paths: [] }),
  async create(inputs: Bag) {
    done.push("create");
    if (inputs.name === "half") throw new PartialCreateError("id", inputs, "half done");
    return { id: "id", outs: { ...inputs, out: String(inputs.stdin).length } };
  },
};

const calls = new ResourceCalls("t", double);
const context = contextOf(null);

describe("a check", () => {
  const check = (olds: Bag, news: Bag) => calls.check("urn:pulumi:s::p::t::net", olds, news);

  it("names what has no name, and keeps that name", () => {
    const first = check({}, {}).inputs;
    expect(first.name).toMatch(/^net-[0-9a-f]{7}$/);
    expect(check(first, {}).inputs).toEqual(first);
  });

  it("refuses what the double does not do, and what the type itself refuses", () => {
    const { failures } = check({}, { stdin: secret(""), stdn: "x", __defaults: [], version: "1" });
    expect(failures).toEqual([
      { property: "stdn", reason: 'the double does not do "stdn"; it does: name, stdin' },
      { property: "stdin", reason: "empty" },
    ]);
  });
});

describe("a preview", () => {
  it("never creates or updates, and knows what it can", () => {
    expect(calls.previewCreate({ name: "n", stdin: secret("s") })).toEqual({
      name: "n",
      stdin: secret("s"),
      out: UNKNOWN,
    });
    expect(calls.previewUpdate({ name: "n", out: 3 }, { name: "m" })).toEqual({
      name: "m",
      out: UNKNOWN,
    });
    expect(done).toEqual([]);
  });

  it("keeps computed outputs where an update does not change them", () => {
    const kept = new ResourceCalls("t", { ...double, computedOnUpdate: "kept" });
    expect(kept.previewUpdate({ name: "n", out: 3 }, { name: "m" })).toEqual({ name: "m", out: 3 });
  });
});

describe("a create", () => {
  it("sees plain values and gives secret ones back", async () => {
    const { outs } = await calls.create({ stdin: secret("four") }, context);
    expect(outs).toEqual({ stdin: secret("four"), out: 4 });
  });

  it("refuses unknown values", async () => {
    await expect(calls.create({ name: UNKNOWN }, context)).rejects.toThrow("unknown values");
  });

  it("keeps secrets secret in what a failed one leaves", async () => {
    const failed = calls.create({ name: "half", stdin: secret("s") }, context);
    await expect(failed).rejects.toMatchObject({ id: "id", outs: { stdin: secret("s") } });
  });
});

describe("secret marks", () => {
  it("come back on every output whose input held a secret anywhere, and on what is always secret", () => {
    const inputs = { envs: ["A=1", secret("B=2")], name: "n", other: secret("x") };
    const outputs = { envs: ["A=1", "B=2"], name: "n", token: "t", other: UNKNOWN };
    const marked = { ...outputs, envs: secret(["A=1", "B=2"]), token: secret("t") };
    expect(markSecrets(outputs, inputs, ["token"])).toEqual(marked);
  });

  it("are taken off at any depth, and make no difference when values are compared", () => {
    expect(unwrap({ list: [{ deep: secret("x") }] })).toEqual({ list: [{ deep: "x" }] });
    expect(sameValue({ a: secret("x") }, { a: "x", b: undefined })).toBe(true);
    expect(sameValue({ a: secret("x") }, { a: "y" })).toBe(false);
  });
});

it("unknown values are found at any depth", () => {
  expect(containsUnknown({ a: [secret(UNKNOWN)] })).toBe(true);
  expect(containsUnknown({ a: ["known"] })).toBe(false);
});

it.each<[unknown, unknown, string[]]>([
  [["a"], ["b", "c"], ["t[0]", "t[1]"]],
  [{ a: { b: 1 } }, { a: { b: 2 } }, ["t.a.b"]],
  [{ "/tmp": "1" }, { "/tmp": "2" }, ['t["/tmp"]']],
  [undefined, 1, ["t"]],
  [1, 1, []],
])("changed paths from %j to %j", (old, next, expected) => {
  expect(changedPaths("t", old, next).map(({ path }) => path)).toEqual(expected);
});

it.each([
  ["0s", 0],
  ["250ms", 250e6],
  ["30s", 30e9],
  ["1m30s", 90e9],
  ["2h0m0s", 7200e9],
])("Go's duration %s", (text, amount) => {
  expect(nanoseconds(text)).toBe(amount);
  expect(goDuration(amount)).toBe(text);
});
