import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostCommand } from "../../components/host/host-command.ts";
import { tellUnreached } from "../../components/host/unreached.ts";
import { type Doubles, startDoubles } from "../../lab/doubles/engine/start.ts";
import { testStack } from "./support/stack.ts";

let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles({ logDir: mkdtempSync(join(tmpdir(), "unreached-")) });
});
afterAll(() => doubles.stop());

/** Well-formed, as the provider wants it, and nobody's. */
const key = Buffer.concat([Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20"), Buffer.alloc(32, 1)]);
const hostKey = `ssh-ed25519 ${key.toString("base64")}`;

test("a host that is not reached at an update is told in one sentence, once", async () => {
  const connection = { type: "ssh", address: "127.0.0.1", user: "root", port: 1, hostKey } as const;
  const program = async () => {
    const opts = { hooks: { onError: [tellUnreached("nas")] } };
    for (const name of ["one", "two"]) hostCommand(name, connection, { script: "true" }, opts);
    return {};
  };
  // The doubles' ssh-agent is the one of the lab's sshd, which does not run.
  const failed = testStack(program, doubles.env).then((stack) => stack.up());
  const { message }: Error = await failed.then(
    () => new Error("it went well"),
    (error) => error,
  );
  const diagnostics = message.split("Diagnostics:").at(-1) ?? "";
  expect(diagnostics.split("The host nas can't be reached.").length - 1, message).toBe(1);
});
