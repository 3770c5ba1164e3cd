import { expect, test } from "vitest";
import { resultOf } from "../../cli/verify/checks/check.ts";
import { tokenEnd } from "../../cli/verify/checks/token-end.ts";
import { failed } from "../../cli/verify/result.ts";
import { tokens } from "./support/facts.ts";

const [ending, endless] = tokens;
if (!ending || !endless) throw new Error("two tokens are needed");

/** The row of the token that ends on 2099-01-31 at 12:00 UTC. */
const rowAt = (now: string) => {
  const check = tokenEnd(ending, new Date(now));
  expect([check.metrics, check.logs]).toEqual([[], undefined]);
  return resultOf(check, { metrics: [], logs: [] });
};

test("ok while it has as many days as it needs to be renewed; days are rounded down", () => {
  expect(rowAt("2098-12-31T13:00:00Z")).toMatchObject({ count: 30, state: "ok" });
  expect(rowAt("2098-12-31T12:00:00Z")).toEqual({
    signal: "token-grafana-cloud-pushes",
    title: "token Grafana Cloud, pushes",
    query: "",
    count: 31,
    unit: "days",
    state: "ok",
    detail: "it ends on 2099-01-31",
  });
});

test.each([
  ["2099-01-01T12:00:01Z", 29, "29 days"],
  ["2099-01-30T12:00:00Z", 1, "1 day"],
  ["2099-01-30T12:00:01Z", 0, "less than a day"],
])("at %s it has %d days: a warning with what renews it", (now, count, left) => {
  const row = rowAt(now);
  expect(row).toMatchObject({ count, state: "warning" });
  expect(row.advice).toBe(
    `It ends on 2099-01-31, in ${left}: \`pulumi up --stack svlnas\` makes a new one.`,
  );
  expect(failed(row)).toBe(false);
});

test("an ended one fails", () => {
  const row = rowAt("2099-01-31T12:00:00Z");
  expect(row).toMatchObject({
    count: 0,
    state: "expired",
    advice: "It ended on 2099-01-31: `pulumi up --stack svlnas` makes a new one.",
  });
  expect(failed(row)).toBe(true);
});

test("an end that nobody knows, and one in another time zone", () => {
  const none = { metrics: [], logs: [] };
  const now = new Date("2099-01-01T00:00:00Z");
  expect(resultOf(tokenEnd(endless, now), none)).toEqual({
    signal: "token-github",
    title: "token GitHub",
    query: "",
    count: 0,
    unit: "days",
    state: "ok",
    detail: "its end is not known",
  });
  const elsewhere = { ...ending, expiresAt: "2099-02-11T00:30:00+02:00" };
  expect(resultOf(tokenEnd(elsewhere, now), none)).toMatchObject({
    count: 40,
    detail: "it ends on 2099-02-10",
  });
});
