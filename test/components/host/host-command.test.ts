import { expect, test } from "vitest";
import { warningsIn } from "../../../components/host/host-command.ts";

test.each([
  [undefined, []],
  ["config reloaded\nno warning: none\n", []],
  ["warning: Alloy was ready.\nconfig reloaded\nwarning: twice", ["Alloy was ready.", "twice"]],
])("warnings are the lines of %j that begin so", (text, expected) => {
  expect(warningsIn(text)).toEqual(expected);
});
