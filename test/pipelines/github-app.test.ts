import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../lab/ports.ts";
import { until } from "../../lab/processes.ts";
import { program } from "../../lab/programs.ts";
import { pipelineDirectory, pipelineFiles } from "../../pipelines/pipeline-files.ts";

let alloy: string;
let work: string;

beforeAll(async () => {
  alloy = await program("alloy");
  work = await mkdtemp(join(tmpdir(), "github-app-"));
});

afterAll(() => rm(work, { recursive: true }));

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/** Runs Alloy with the pipeline of a GitHub App, whose key GitHub does not know, if it can be reached at all. */
async function run(app: { id: number; installation_id: number }) {
  const directory = await mkdtemp(join(work, "run-"));
  const { "github-app.alloy": text = "" } = pipelineFiles(pipelineDirectory, ["github"], {
    githubApp: true,
  });
  const [facts, key] = [join(directory, "host.json"), join(directory, "key.pem")];
  await writeFile(facts, JSON.stringify({ github: { repositories: ["o/r"], app } }));
  await writeFile(key, privateKey);
  const host = `local.file "host" {\n\tfilename = "${facts}"\n}\n`;
  const config = text.replace("/etc/alloy-secrets/github-app-key", key);
  expect(config).toContain(key);
  await writeFile(join(directory, "config.alloy"), `${host}\n${config}`);
  const port = await freePort(12399);
  const args = [`--storage.path=${directory}/data`, `--server.http.listen-addr=127.0.0.1:${port}`];
  const options = { all: true, reject: false, timeout: 60_000 } as const;
  const process = execa(alloy, ["run", ...args, join(directory, "config.alloy")], options);
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  return { process, ready };
}

// The reason why a stack with github.app must not have restart: on-failure.
test("Alloy does not start while GitHub gives the app no token", async () => {
  const { exitCode, all } = await (await run({ id: 123456, installation_id: 12345678 })).process;
  expect(exitCode).toBe(1);
  expect(all).toContain("prometheus.exporter.github.repositories");
  expect(all).toContain("could not perform the initial load successfully");
});

test("with numbers of 0, as on a host that does not poll, it starts and asks nobody", async () => {
  const { process, ready } = await run({ id: 0, installation_id: 0 });
  const started = await until(ready, 30);
  process.kill();
  const { all } = await process;
  expect(started, all).toBe(true);
});
