// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as scripts from "../../components/files/install-scripts.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
});
afterEach(() => host[Symbol.dispose]());

const done = { status: 0, stdout: "", stderr: "" };
const secretFile = () => join(host.site.directory, "secrets", "github-token");

/** The provider runs a delete command as it is, in the log-in shell. */
const remove = (line: string) => host.run(line);

test("prepareHost makes what is missing and leaves what is there", () => {
  expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
  expect(readdirSync(host.site.directory).sort()).toEqual(["config", "data", "secrets"]);
  expect(host.names("config")).toEqual(["versions"]);
  writeFileSync(join(host.site.directory, "data", "wal"), "samples");
  expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
  expect(host.files("data")).toEqual({ wal: "samples" });
});

test("prepareHost says what to do where / is not a shared mount, and makes nothing", () => {
  host.write("private-root", "");
  const { status, stderr } = host.run(scripts.prepareHost(host.site));
  expect(status).toBe(1);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe(
    "The host's / is not a shared mount, so Alloy could not follow disks that are mounted later. " +
      "As root on the host: mount --make-rshared / (systemd does so at boot).",
  );
  expect(host.calls()).toHaveLength(1);
});

test("removeDirectories leaves the state, which may not be sent yet", () => {
  host.run(scripts.prepareHost(host.site));
  host.givenVersion("v1", { "a.alloy": "// a\n" });
  writeFileSync(join(host.site.directory, "data", "wal"), "samples");
  expect(remove(scripts.removeDirectories(host.site))).toEqual(done);
  expect(readdirSync(host.site.directory)).toEqual(["data"]);
  expect(host.files("data")).toEqual({ wal: "samples" });
});

test("removeDirectories leaves a file that the compose service had in the same directory", () => {
  host.run(scripts.prepareHost(host.site));
  host.givenVersion("v1", { "a.alloy": "// a\n" });
  writeFileSync(join(host.site.directory, "config", "config.alloy"), "// compose\n");
  expect(remove(scripts.removeDirectories(host.site))).toEqual(done);
  expect(host.files("config")).toEqual({ "config.alloy": "// compose\n" });
});

test.each(["github_pat_secret", "two\nlines\n", "$(id) 'x' \\n", ""])(
  "writeSecret writes %j to the byte, for Alloy's user alone",
  (secret) => {
    host.run(scripts.prepareHost(host.site));
    expect(host.run(scripts.writeSecret(host.site, "github-token"), secret)).toEqual(done);
    expect(host.files("secrets")).toEqual({ "github-token": secret });
    expect(statSync(secretFile()).mode & 0o7777).toBe(0o400);
    expect(host.read("owners")).toBe("3125:3125 .github-token.new\n");
  },
);

test("writeSecret replaces a secret that no one may write", () => {
  host.run(scripts.prepareHost(host.site));
  host.run(scripts.writeSecret(host.site, "github-token"), "old");
  const before = statSync(secretFile()).ino;
  expect(host.run(scripts.writeSecret(host.site, "github-token"), "new")).toEqual(done);
  expect(host.files("secrets")).toEqual({ "github-token": "new" });
  expect(statSync(secretFile()).ino, "written beside, then moved").not.toBe(before);
});

test("writeSecret that fails leaves the old secret", () => {
  host.run(scripts.prepareHost(host.site));
  host.run(scripts.writeSecret(host.site, "github-token"), "old");
  mkdirSync(join(host.site.directory, "secrets", ".github-token.new"));
  expect(host.run(scripts.writeSecret(host.site, "github-token"), "new").status).not.toBe(0);
  expect(statSync(secretFile()).size).toBe(3);
});

test("writeSecret has CAP_CHOWN and nothing else; no other script adds a capability", () => {
  host.run(scripts.prepareHost(host.site));
  host.run(scripts.writeSecret(host.site, "github-token"), "secret");
  remove(scripts.removeSecret(host.site, "github-token"));
  remove(scripts.removeDirectories(host.site));
  const added = host.calls().map((call) => call.filter((_, at) => call[at - 1] === "--cap-add"));
  expect(added).toEqual([[], [], ["CHOWN"], [], []]);
});

test("no secret is an argument of anything", () => {
  host.run(scripts.prepareHost(host.site));
  host.run(scripts.writeSecret(host.site, "github-token"), "github_pat_secret");
  expect(JSON.stringify(host.calls())).not.toContain("github_pat_secret");
});

test("removeSecret removes that secret, and again without harm", () => {
  host.run(scripts.prepareHost(host.site));
  host.run(scripts.writeSecret(host.site, "github-token"), "a");
  host.run(scripts.writeSecret(host.site, "logs-password"), "b");
  expect(remove(scripts.removeSecret(host.site, "github-token"))).toEqual(done);
  expect(remove(scripts.removeSecret(host.site, "github-token"))).toEqual(done);
  expect(host.files("secrets")).toEqual({ "logs-password": "b" });
});
