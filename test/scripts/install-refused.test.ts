// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installVersion } from "../../components/files/install-version.ts";
import { packFiles } from "../../pipelines/alloy-bundle.ts";
import { steps } from "../support/install-steps.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

const oldFiles = { "a.alloy": 'local.file "old" {\n}\n' };
const goodFiles = { "b.alloy": 'local.file "new" {\n}\n', components: "local.file.new\n" };
const lackingFiles = { ...goodFiles, components: "local.file.new\nlocal.file.lost\n" };
const invalidFiles = { "b.alloy": "SYNTAX-ERROR\n", components: "local.file.new\n" };
const refusedFiles = { "b.alloy": "// REFUSED\n", components: "local.file.new\n" };

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost({ state: "running" });
  host.givenVersion("old", oldFiles);
});
afterEach(() => host[Symbol.dispose]());

const install = (files: Record<string, string>) =>
  host.run(installVersion(host.site, "new"), packFiles(files));

/** The last version goes on: linked, loaded and alone. */
function expectOldVersion() {
  expect(host.current()).toBe("versions/old");
  expect(host.files("config/current")).toEqual(oldFiles);
  expect(host.names("config/versions")).toEqual(["old"]);
  expect(host.read("loaded")).toBe("versions/old\n");
}

const lastLine = (text: string) => text.trim().split("\n").at(-1);
const invalid =
  "The configuration is invalid, see above. Version new was not installed; " +
  "the agent, if one runs, keeps its old one.";
const refused = "Alloy refused version new, see its log above. The old version was put back.";

describe("an invalid configuration", () => {
  test("is removed before anything is switched, and the agent is not touched", () => {
    const { status, stderr } = install(invalidFiles);
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(invalid);
    expect(stderr).toContain("validate: syntax error");
    expect(steps(host.calls())).toEqual(["unpack", "validate", "remove version"]);
    expect(host.read("requests")).toBe("");
    expectOldVersion();
  });

  test("on a new host leaves nothing to be loaded", () => {
    using fresh = new SimulatedHost();
    const script = installVersion(fresh.site, "new");
    const { status, stderr } = fresh.run(script, packFiles(invalidFiles));
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(invalid);
    expect(fresh.current()).toBeUndefined();
    expect(fresh.names("config/versions")).toEqual([]);
  });

  test("that is in use, since only the image is new, is kept for the agent", () => {
    host.givenVersion("new", invalidFiles);
    expect(install(invalidFiles).status).toBe(1);
    expect(host.current()).toBe("versions/new");
    expect(host.files("config/current")).toEqual(invalidFiles);
  });
});

describe("a configuration that the agent refuses", () => {
  test("is rolled back: linked back, loaded again, removed", () => {
    const { status, stderr } = install(refusedFiles);
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(refused);
    expect(stderr).toContain("400 Bad Request");
    expect(steps(host.calls()).slice(2)).toEqual([
      "agent's state",
      "agent's image",
      "image",
      "switch link, reload, await loaded and prune",
      "agent's log",
      "switch link back",
      "reload",
      "remove version",
    ]);
    expectOldVersion();
  });

  test("shows the agent's log", () => {
    const { stdout, stderr } = install(refusedFiles);
    expect(`${stdout}${stderr}`).toContain("the agent's log");
    expect(host.calls()).toContainEqual(["logs", "--tail", "20", "alloy"]);
  });
});

test("a reload that leaves a component out is rolled back too, and names it", () => {
  const { status, stderr } = install(lackingFiles);
  expect(status).toBe(1);
  expect(stderr).toMatch(/these components are not loaded after 60 s: +local\.file\.lost\n/);
  expect(lastLine(stderr)).toBe(refused);
  expectOldVersion();
});

describe("an agent that had stopped", () => {
  beforeEach(() => host.setAgent({ state: "exited" }));

  test("and does not start with it is started with the old version", () => {
    const { status, stderr } = install(refusedFiles);
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(refused);
    expectOldVersion();
    expect(host.read("agent")).toBe("running sha256:alloy-image\n");
  });

  test("and starts with a component missing goes back to the old version", () => {
    const { status, stderr } = install(lackingFiles);
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(refused);
    expectOldVersion();
  });

  test("and starts with neither stays with the old version linked", () => {
    host.givenVersion("old", refusedFiles);
    const { status, stderr } = install(refusedFiles);
    expect(status).toBe(1);
    expect(host.current()).toBe("versions/old");
    expect(host.names("config/versions")).toEqual(["old"]);
    expect(host.read("agent")).toBe("exited sha256:alloy-image\n");
    expect(lastLine(stderr)).toBe(refused);
  });
});

test("an agent that takes neither the new version nor the old one: both failures are said", () => {
  host.givenVersion("old", refusedFiles);
  const { status, stderr } = install(refusedFiles);
  expect(status).toBe(1);
  expect(stderr).toContain("The old version could not be loaded either, see above.\n");
  expect(lastLine(stderr)).toBe(refused);
  expect(host.current()).toBe("versions/old");
  expect(host.names("config/versions")).toEqual(["old"]);
});

test("where no container can be started nothing changes", () => {
  host.write("no-containers", "");
  expect(install(goodFiles).status).not.toBe(0);
  expect(steps(host.calls())).toEqual(["unpack"]);
  expectOldVersion();
});
