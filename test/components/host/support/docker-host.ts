import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Route } from "../../../../host-shell/ssh.ts";

/** What Docker says of a host; undefined: nothing is there. */
interface Answers {
  container?: { id: string; labels: Record<string, string> };
  networks?: Record<string, unknown>[];
}

const docker = `#!/bin/sh
at=$(dirname "$0")
case "$*" in
  "ps --all"* | "network ls"*) cat "$at/ids" ;;
  *inspect*) cat "$at/answers" ;;
  *) echo "$*" >>"$at/changes" ;;
esac`;

/** A way to this machine with a SIMULATED docker in place of the real one, and what it was told to change. */
export function dockerHost({ container, networks = [] }: Answers): {
  route: Route;
  changes(): string[];
} {
  const at = mkdtempSync(join(tmpdir(), "docker-host-"));
  const all = container ? [container] : networks;
  writeFileSync(join(at, "ids"), all.map((_, index) => `${index}\n`).join(""));
  writeFileSync(join(at, "answers"), all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  writeFileSync(join(at, "docker"), docker);
  chmodSync(join(at, "docker"), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${at}${delimiter}${PATH}`;
  onTestFinished(() => {
    process.env.PATH = PATH;
    rmSync(at, { recursive: true });
  });
  const log = join(at, "changes");
  return {
    route: { host: "unix:///var/run/docker.sock", sshOptions: [] },
    changes: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
}

/** A network as `docker network inspect` shows it. */
export function inspected(Name: string, containers: string[] = [], labels = {}) {
  return {
    Id: `id-of-${Name}`,
    Name,
    Driver: "bridge",
    Internal: false,
    IPAM: { Config: [{ Subnet: "172.30.100.8/29" }] },
    Labels: labels,
    Containers: Object.fromEntries(containers.map((each) => [`id-of-${each}`, { Name: each }])),
  };
}
