import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, it, vi } from "vitest";
import { startDoubles } from "../../lab/doubles/engine/start.ts";
import { toStruct } from "../../lab/doubles/engine/wire.ts";

const TIMEOUT = 60_000;
const dir = mkdtempSync(join(tmpdir(), "doubles-start-"));

/** True if something serves there. */
function answers(port: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => done(false));
    socket.on("connect", () => done(Boolean(socket.destroy())));
  });
}

function ports(providers: string): string[] {
  return providers.split(",").map((entry) => entry.split(":")[1] ?? "");
}

it("starts a process for each double and ends them", { timeout: TIMEOUT }, async () => {
  const doubles = await startDoubles({ logDir: join(dir, "logs") });
  expect(doubles.env).toEqual({
    PULUMI_DEBUG_PROVIDERS: expect.stringMatching(/^docker:\d+,command:\d+$/),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
  const served = ports(doubles.env.PULUMI_DEBUG_PROVIDERS);
  expect(await Promise.all(served.map(answers))).toEqual([true, true]);
  await doubles.stop();
  expect(await Promise.all(served.map(answers))).toEqual([false, false]);
});

it("says which double does not start, and leaves none behind", { timeout: TIMEOUT }, async () => {
  vi.stubEnv("NODE_OPTIONS", `--import ${join(dir, "no-such-file.mjs")}`);
  const logDir = join(dir, "logs");
  const started = startDoubles({ logDir, realHostProviders: true, grafana: true });
  vi.unstubAllEnvs();
  await expect(started).rejects.toThrow(/double of grafana ended with code 1.*grafana\.log/);
});

/** Another process that starts doubles; answers their ports and what kills it. */
async function otherParent(name: string) {
  const [script, written] = [join(dir, `${name}.ts`), join(dir, name)];
  const start = join(import.meta.dirname, "../../lab/doubles/engine/start.ts");
  const lines = [
    `import { writeFileSync } from "node:fs";`,
    `import { startDoubles } from ${JSON.stringify(start)};`,
    `const { env } = await startDoubles({ logDir: ${JSON.stringify(dir)} });`,
    `writeFileSync(${JSON.stringify(written)}, env.PULUMI_DEBUG_PROVIDERS);`,
  ];
  writeFileSync(script, lines.join("\n"));
  writeFileSync(join(dir, "package.json"), '{ "type": "module" }');
  const cwd = join(import.meta.dirname, "../..");
  const parent = spawn(process.execPath, ["--import", "./compile-cache.js", script], {
    cwd,
    stdio: "ignore",
  });
  while (!existsSync(written) && parent.exitCode === null) await sleep(100);
  const served = ports(readFileSync(written, "utf8"));
  return { served, kill: () => parent.kill("SIGKILL") };
}

it("finishes what it was asked for though engine and parent are killed, as a plugin does", {
  timeout: TIMEOUT,
}, async () => {
  const { served, kill } = await otherParent("busy-parent");
  const [docker = "", command = ""] = served;
  const made = join(dir, "made");
  const engine = await createLocalCommand(command, `sleep 2; touch ${made}`);
  kill();
  engine.close();
  await sleep(1000);
  expect(existsSync(made)).toBe(false);
  expect(await answers(docker), "that had nothing to finish").toBe(false);
  while (await answers(command)) await sleep(100);
  expect(existsSync(made)).toBe(true);
});

/** Asks the double of `command` to make a local command, as an engine does, and does not wait for it. */
async function createLocalCommand(port: string, create: string) {
  const engine = new providerGrpc.ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  await new Promise((done) => engine.configure(new providerPb.ConfigureRequest(), done));
  const request = new providerPb.CreateRequest();
  request.setUrn("urn:pulumi:s::p::command:local:Command::c");
  request.setProperties(toStruct({ create }));
  engine.create(request, () => undefined);
  await sleep(500);
  return engine;
}
