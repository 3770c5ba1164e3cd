import { describe, expect, it } from "vitest";
import {
  containsSecret,
  containsUnknown,
  markSecrets,
  sameValue,
  secret,
  UNKNOWN,
  unwrap,
} from "../../lab/doubles/engine/values.ts";

describe("secret marks", () => {
  it("are found and taken off at any depth", () => {
    const value = { list: [{ deep: secret("x") }], plain: 1 };
    expect(containsSecret(value)).toBe(true);
    expect(unwrap(value)).toEqual({ list: [{ deep: "x" }], plain: 1 });
    expect(containsSecret(unwrap(value))).toBe(false);
  });

  it("come back on every output whose input held a secret anywhere", () => {
    const inputs = { envs: ["A=1", secret("B=2")], name: "n" };
    const marked = markSecrets({ envs: ["A=1", "B=2"], name: "n", id: "i" }, inputs);
    expect(marked).toEqual({ envs: secret(["A=1", "B=2"]), name: "n", id: "i" });
  });

  it("are put on what is always secret, and not on unknown values", () => {
    const marked = markSecrets({ token: "t", other: UNKNOWN }, { other: secret("x") }, ["token"]);
    expect(marked).toEqual({ token: secret("t"), other: UNKNOWN });
  });

  it("make no difference when values are compared", () => {
    expect(sameValue({ a: secret("x") }, { a: "x", b: undefined })).toBe(true);
    expect(sameValue({ a: secret("x") }, { a: "y" })).toBe(false);
  });
});

it("unknown values are found at any depth", () => {
  expect(containsUnknown({ a: [secret(UNKNOWN)] })).toBe(true);
  expect(containsUnknown({ a: ["known"] })).toBe(false);
});
