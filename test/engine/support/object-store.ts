import { on } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import type { StateBackend } from "../../../lab/simulated-fleet.ts";

/** A backend for state, and where its emulator keeps what it is given. */
export interface ObjectStore extends StateBackend {
  directory: string;
  stop(): Promise<void>;
}

/** An emulated S3 with an empty bucket, on this machine. */
export async function emulatedS3(): Promise<ObjectStore> {
  const directory = await mkdtemp(join(tmpdir(), "object-store-"));
  const options = ["--directory", directory, "--configure-bucket", "state"];
  const at = ["--address", "127.0.0.1", "--port", "0"];
  const running = execa("s3rver", [...options, ...at], { reject: false });
  const port = await portOf(running);
  return {
    directory,
    url: `s3://state?endpoint=http://127.0.0.1:${port}&use_path_style=true&region=eu-west-1`,
    // The emulator's one account.
    env: { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" },
    stop: async () => {
      running.kill("SIGTERM", new Error("stopped by the test"));
      await running;
      await rm(directory, { recursive: true });
    },
  };
}

/** The port that the emulator says it has chosen. */
async function portOf({ stdout }: { stdout: Readable }): Promise<string> {
  // Not `for await` over the process: that ends with it.
  for await (const [line] of on(createInterface({ input: stdout }), "line", { close: ["close"] })) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) return port;
  }
  throw new Error("The emulator of S3 ended.");
}
