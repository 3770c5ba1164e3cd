import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  type PulumiCli,
  pulumiCli,
  setSecret,
  stackOutputs,
} from "../../../cli/shared/pulumi-cli.ts";

let directory: string;
let pulumi: PulumiCli;

/** A `pulumi` that notes its arguments and input, and answers by its first argument. */
const simulated = `#!/bin/sh
echo "$*" >> calls
case "$1" in
  stack) echo '{"hostName":"svlnas"}' ;;
  config) cat > input ;;
  up) trap 'echo interrupted >> calls; exit 1' INT; echo ready > up; while :; do sleep 0.05; done ;;
  preview) echo 'token glc_secret'; printf 'warning: old\\nerror: no stack named other\\n' >&2; exit 255 ;;
esac
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  await writeFile(join(directory, "pulumi"), simulated);
  await chmod(join(directory, "pulumi"), 0o755);
  pulumi = pulumiCli({ directory, env: { PATH: [directory, process.env.PATH].join(delimiter) } });
});
afterAll(() => rm(directory, { recursive: true }));

test("outputs are read with secrets, of the stack that is named", async () => {
  expect(await stackOutputs(pulumi, "svlnas")).toEqual({ hostName: "svlnas" });
  const calls = await readFile(join(directory, "calls"), "utf8");
  expect(calls).toContain("stack output --json --show-secrets --stack svlnas\n");
});

test("a secret travels over standard input alone", async () => {
  const key = "grafana-alloy:githubToken";
  await setSecret(pulumi, { stack: "svlnas", key, value: "github_pat_1" });
  expect(await readFile(join(directory, "input"), "utf8")).toBe("github_pat_1");
  const calls = await readFile(join(directory, "calls"), "utf8");
  expect(calls).toContain(`config set --stack svlnas --secret ${key}\n`);
  expect(calls).not.toContain("github_pat_1");
});

test("a failure says what was asked and why, and nothing of standard output", async () => {
  await expect(pulumi.run(["preview", "--stack", "other"])).rejects.toThrow(
    /^`pulumi preview --stack other` failed: error: no stack named other$/,
  );
});

test("of a missing CLI it is said where to get it", async () => {
  const none = pulumiCli({ directory, env: { PATH: "/nowhere" } });
  await expect(none.run(["version"])).rejects.toThrow(
    "pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.",
  );
});

test("a run that is broken off is interrupted once, so that it ends in good order", async () => {
  const controller = new AbortController();
  const running = pulumi.show(["up", "--stack", "svlnas"], controller.signal);
  await vi.waitFor(() => readFile(join(directory, "up")), { timeout: 10_000 });
  controller.abort();
  await expect(running).rejects.toThrow("`pulumi up --stack svlnas` failed: see above");
  expect(await readFile(join(directory, "calls"), "utf8")).toMatch(/\ninterrupted\n$/);
});

test("a signal that is never given changes nothing", async () => {
  await expect(pulumi.show(["version"], new AbortController().signal)).resolves.toBeUndefined();
});
