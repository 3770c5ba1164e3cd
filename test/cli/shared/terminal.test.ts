import { expect, test } from "vitest";
import { terminalOf } from "../../../cli/shared/terminal.ts";

const process = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
  ({ stdout: { isTTY }, stderr: {}, env }) as unknown as NodeJS.Process;

test.each([
  { isTTY: true, env: {}, colour: true },
  { isTTY: false, env: {}, colour: false },
  { isTTY: true, env: { NO_COLOR: "1" }, colour: false },
  { isTTY: true, env: { NO_COLOR: "" }, colour: true },
  { isTTY: true, env: { TERM: "dumb" }, colour: false },
])("on a terminal $isTTY with $env: colour $colour", ({ isTTY, env, colour }) => {
  expect(terminalOf(process(isTTY, env)).terminal.colour).toBe(colour);
});
