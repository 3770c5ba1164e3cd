// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as scripts from "../../components/files/install-scripts.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
  expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
  host.write("owners", "");
});
afterEach(() => host[Symbol.dispose]());

const done = { status: 0, stdout: "", stderr: "" };
const at = (...path: string[]) => join(host.site.directory, ...path);
const name = "github-token";
const write = (secret: string, to = name, bytes = Buffer.byteLength(secret)) =>
  host.run(scripts.writeSecret(host.site, { name: to, bytes }), secret);
const secrets = () => host.files("secrets");

test("prepareHost makes what is missing and leaves what is there", () => {
  expect(host.names(".")).toEqual(["config", "data", "secrets"]);
  expect(host.names("config")).toEqual(["textfile", "versions"]);
  writeFileSync(at("data", "wal"), "samples");
  expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
  expect(host.files("data")).toEqual({ wal: "samples" });
});

describe("in a checkout", () => {
  beforeEach(() => mkdirSync(at("..", ".git")));
  const ours = "/.gitignore\n/adopt.json\n/config/\n/data/\n/secrets/\n/socket-proxy/\n";

  test("prepareHost has git ignore what is made, and a removal takes that back", () => {
    expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
    expect(readFileSync(at(".gitignore"), "utf8")).toBe(ours);
    expect(host.run(scripts.removeDirectories(host.site))).toEqual(done);
    expect(host.names(".")).toEqual(["data"]);
  });

  test("a list that is there already stays", () => {
    writeFileSync(at(".gitignore"), "data/\n");
    expect(host.run(scripts.prepareHost(host.site))).toEqual(done);
    expect(host.run(scripts.removeDirectories(host.site))).toEqual(done);
    expect(readFileSync(at(".gitignore"), "utf8")).toBe("data/\n");
  });
});

test("prepareHost says which file system refuses owners, and what to do", () => {
  host.write("refuses-chown", "");
  const { status, stderr } = host.run(scripts.prepareHost(host.site));
  expect(status).toBe(3);
  const [reason, advice] = stderr.trimEnd().split("\n");
  expect(reason).toBe("chown: secrets/.probe: Operation not permitted");
  expect(advice).toContain(`The file system of ${host.site.directory} refuses owners or modes`);
  expect(host.names("secrets")).toEqual([]);
});

test("removeDirectories leaves the state, which may not be sent yet, and files of the compose service", () => {
  host.givenVersion("v1", { "a.alloy": "// a\n" });
  for (const secret of ["metrics-password", "github-app-key", "tokens.prom"]) write("x", secret);
  for (const left of [".logs-password.last", ".github-token.new", ".taken-back"]) {
    writeFileSync(at("secrets", left), "x");
  }
  writeFileSync(at("data", "wal"), "samples");
  // The provider runs a delete command as it is, in the login shell.
  expect(host.run(scripts.removeDirectories(host.site))).toEqual(done);
  expect(host.names(".")).toEqual(["data"]);
  expect(host.files("data")).toEqual({ wal: "samples" });
  mkdirSync(at("config"));
  writeFileSync(at("config", "config.alloy"), "// compose\n");
  mkdirSync(at("secrets"));
  writeFileSync(at("secrets", "grafana.env"), "TOKEN=compose\n");
  expect(host.run(scripts.removeDirectories(host.site))).toEqual(done);
  expect(host.files("config")).toEqual({ "config.alloy": "// compose\n" });
  expect(host.files("secrets")).toEqual({ "grafana.env": "TOKEN=compose\n" });
});

describe("writeSecret", () => {
  test.each(["github_pat_secret", "two\nlines\n", "$(id) 'x' \\n", ""])(
    "writes %j to the byte, for Alloy's user alone",
    (secret) => {
      expect(write(secret)).toEqual(done);
      expect(secrets()).toEqual({ [name]: secret });
      expect(statSync(at("secrets", name)).mode & 0o7777).toBe(0o400);
      expect(host.read("owners")).toBe("3125:3125 .github-token.new\n");
    },
  );

  test("replaces a secret that no one may write: written beside it, then moved", () => {
    write("old");
    const before = statSync(at("secrets", name)).ino;
    expect(write("new")).toEqual(done);
    expect(secrets()).toEqual({ [name]: "new" });
    expect(statSync(at("secrets", name)).ino).not.toBe(before);
  });

  test("leaves the old secret if the connection ends in the middle of the new one", () => {
    write("old");
    const { status, stderr } = write("cut", name, 44);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "github-token was cut off on its way; the one on the host stays.\n",
    });
    expect(secrets()).toEqual({ [name]: "old" });
  });

  test("writes nothing into what an interrupted run left: to root without rights that is closed", () => {
    const left = at("secrets", ".github-token.new");
    writeFileSync(left, "half", { mode: 0o400 });
    const held = openSync(left, "r");
    expect(write("new")).toEqual(done);
    expect(secrets()).toEqual({ [name]: "new" });
    expect(readFileSync(held, "utf8")).toBe("half");
    closeSync(held);
  });

  test("leaves the old secret if it fails", () => {
    write("old");
    mkdirSync(at("secrets", ".github-token.new"));
    expect(write("new").status).not.toBe(0);
    expect(statSync(at("secrets", name)).size).toBe(3);
  });

  test("writes the tokens' ends where node_exporter looks and no secret is", () => {
    expect(write("# none", "tokens.prom")).toEqual(done);
    expect(host.files("config/textfile")).toEqual({ "tokens.prom": "# none" });
    expect(secrets()).toEqual({});
    expect(host.run(scripts.removeSecret(host.site, "tokens.prom"))).toEqual(done);
    expect(host.files("config/textfile")).toEqual({});
  });

  test("all may write where another user owns the directory; this one gives its file away, and no secret is in an argument", () => {
    const everywhere = "DAC_OVERRIDE";
    write("github_pat_secret");
    host.run(scripts.removeSecret(host.site, name));
    host.run(scripts.removeDirectories(host.site));
    const runs = host.calls().filter(([command]) => command === "run");
    const added = runs.map((call) => call.filter((_, i) => call[i - 1] === "--cap-add"));
    expect(added).toEqual([
      [everywhere, "CHOWN"],
      [everywhere, "CHOWN"],
      [everywhere],
      [everywhere],
    ]);
    expect(JSON.stringify(host.calls())).not.toContain("github_pat_secret");
  });
});

test("removeSecret removes that secret, and again without harm", () => {
  write("a");
  write("b", "logs-password");
  const remove = () => host.run(scripts.removeSecret(host.site, name));
  expect([remove(), remove()]).toEqual([done, done]);
  expect(secrets()).toEqual({ "logs-password": "b" });
});
