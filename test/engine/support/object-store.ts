import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { findCommand } from "../../../lab/processes.ts";
import type { StateBackend } from "../../../lab/simulated-fleet.ts";

/** A backend for state, and where its emulator keeps what it is given. */
export interface ObjectStore extends StateBackend {
  directory: string;
  stop(): Promise<void>;
}

/** An emulated S3 with an empty bucket, on this machine. */
export async function emulatedS3(): Promise<ObjectStore> {
  const run = (directory: string) =>
    execa(
      "s3rver",
      [
        ...["--directory", directory, "--address", "127.0.0.1", "--port", "0"],
        ...["--configure-bucket", "state"],
      ],
      { reject: false },
    );
  const { directory, port, stop } = await start(run, /listening on 127\.0\.0\.1:(\d+)/);
  return {
    directory,
    url: `s3://state?endpoint=http://127.0.0.1:${port}&use_path_style=true&region=eu-west-1`,
    // The emulator's one account.
    env: { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" },
    stop,
  };
}

/** Azurite is 365 MB of npm packages, too much for every clone: it is used where it is on PATH. */
export const hasAzurite = findCommand("azurite-blob") !== undefined;

/** The one account of every Azurite; its key is public. */
const ACCOUNT = "devstoreaccount1";
const KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** An emulated Azure Blob Storage with an empty container, on this machine. */
export async function emulatedAzureBlob(): Promise<ObjectStore> {
  const run = (directory: string) =>
    execa("azurite-blob", ["--location", directory, "--blobPort", "0", "--skipApiVersionCheck"], {
      reject: false,
    });
  const { directory, port, stop } = await start(run, /listens on http:\/\/127\.0\.0\.1:(\d+)/);
  await createContainer(`http://127.0.0.1:${port}`, "state");
  return {
    directory,
    url: `azblob://state?protocol=http&localemu=true&domain=127.0.0.1:${port}`,
    env: { AZURE_STORAGE_ACCOUNT: ACCOUNT, AZURE_STORAGE_KEY: KEY },
    stop,
  };
}

/** Starts an emulator on a port of its own choice and waits until it says which. */
async function start(
  run: (directory: string) => ReturnType<typeof execa>,
  listening: RegExp,
): Promise<{ directory: string; port: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "object-store-"));
  const running = run(directory);
  const port = await new Promise<string>((done, fail) => {
    running.then((result) => fail(new Error(`the emulator ended: ${result.stderr}`)), fail);
    if (!running.stdout) return;
    createInterface({ input: running.stdout }).on("line", (line) => {
      const found = listening.exec(line)?.[1];
      if (found) done(found);
    });
  });
  return {
    directory,
    port,
    stop: async () => {
      running.kill("SIGTERM", new Error("stopped by the test"));
      await running;
      await rm(directory, { recursive: true });
    },
  };
}

/** Signed as Azure's "Shared Key" wants it; Pulumi makes no container itself. */
async function createContainer(endpoint: string, name: string): Promise<void> {
  const date = new Date().toUTCString();
  const version = "2021-08-06";
  const toSign = [
    `PUT${"\n".repeat(12)}x-ms-date:${date}`,
    `x-ms-version:${version}`,
    `/${ACCOUNT}/${ACCOUNT}/${name}`,
    "restype:container",
  ].join("\n");
  const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(toSign);
  const response = await fetch(`${endpoint}/${ACCOUNT}/${name}?restype=container`, {
    method: "PUT",
    headers: {
      "x-ms-date": date,
      "x-ms-version": version,
      Authorization: `SharedKey ${ACCOUNT}:${signature.digest("base64")}`,
    },
  });
  if (response.status !== 201) throw new Error(`no container: ${await response.text()}`);
}
