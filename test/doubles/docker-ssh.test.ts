import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { sshAgent } from "../../lab/doubles/docker/ssh.ts";

afterEach(() => void vi.unstubAllEnvs());

it("an `ssh` that ends is told with what it said, also while it is being written to", async () => {
  const bin = mkdtempSync(join(tmpdir(), "docker-ssh-"));
  // Its input is closed before it has said why: what is written then is lost with EPIPE.
  const script = "#!/bin/sh\nexec 0<&-\nsleep 0.3\necho 'Connection refused' >&2\nexit 255\n";
  writeFileSync(join(bin, "ssh"), script);
  chmodSync(join(bin, "ssh"), 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
  const agent = sshAgent({ host: "nas", options: [] });
  const failed = new Promise<Error>((done) => {
    const asked = request({ host: "h", agent, method: "POST", path: "/" }).on("error", done);
    setTimeout(() => asked.write("x".repeat(1_000_000)), 150);
  });
  expect((await failed).message).toMatch(
    /^command \[ssh -- nas docker system dial-stdio\] has exited with exit status 255, .*stderr=Connection refused$/,
  );
});
