import { describe, expect, it } from "vitest";
import { ResourceCalls } from "../../lab/doubles/engine/calls.ts";
import { PartialCreateError, type ResourceDouble } from "../../lab/doubles/engine/provider.ts";
import { type Bag, secret, UNKNOWN } from "../../lab/doubles/engine/values.ts";

const done: string[] = [];

const double: ResourceDouble<null> = {
  schema: { inputs: ["name", "stdin"], required: [], computed: ["out"] },
  computedOnUpdate: "unknown",
  diff: () => ({ changed: [], replaces: [], deleteBeforeReplace: false, paths: [] }),
  async create(inputs: Bag) {
    done.push("create");
    if (inputs.name === "half") throw new PartialCreateError("id", inputs, "half done");
    return { id: "id", outs: { ...inputs, out: String(inputs.stdin).length } };
  },
  async update(_id, _state, news) {
    done.push("update");
    return { ...news, out: 1 };
  },
};

const calls = new ResourceCalls("t", double);
const context = {
  client: null,
  urn: "urn",
  signal: new AbortController().signal,
  log: () => undefined,
};

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
