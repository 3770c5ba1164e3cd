import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostCommand } from "../../components/host/host-command.ts";
import { tellUnreached } from "../../components/host/unreached.ts";
import { type Doubles, startDoubles } from "../../lab/doubles/start.ts";
import { freePort } from "../../lab/ports.ts";
import { testStack } from "../doubles/engine.ts";
import { hostKey } from "../support/stack-files.ts";

let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles({ logDir: mkdtempSync(join(tmpdir(), "unreached-")) });
});
afterAll(() => doubles.stop());

test("a host that is down at an update is told in one sentence, once", async () => {
  const port = await freePort(19_430);
  const connection = { type: "ssh", address: "127.0.0.1", user: "root", port, hostKey } as const;
  const program = async () => {
    const opts = { hooks: { onError: [tellUnreached("nas")] } };
    for (const name of ["one", "two"]) hostCommand(name, connection, { script: "true" }, opts);
    return {};
  };
  const stack = await testStack(program, doubles.env);
  const error: Error = await stack.up().then(
    () => new Error("it went well"),
    (reason) => reason,
  );
  const sentence = "The host nas can't be reached. See why: npm run doctor -- --stack test;";
  expect(error.message.split("after 10 failed attempts").length).toBeGreaterThan(1);
  // The engine prints a diagnostic as it comes, and once more at the end; with a second one it would be four.
  expect(error.message.split(sentence).length - 1).toBeLessThanOrEqual(2);
  expect(error.message).toContain(sentence);
});
