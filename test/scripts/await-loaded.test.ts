// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { awaitContainer, awaitLoaded } from "../../components/files/await-loaded.ts";
import { prepareHost } from "../../components/files/install-scripts.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost({ state: "running" });
  host.givenVersion("v1", {
    "a.alloy": 'prometheus.scrape "host" {\n}\nprometheus.scrape "self" {\n}\n',
  });
});
afterEach(() => host[Symbol.dispose]());

const NO_JOURNAL =
  "The image alloy-image can't read the systemd journal: it lacks libsystemd, or was built without it. " +
  "Set images.alloy to one that can, or leave out the pipeline journal.";

const loaded = ["prometheus.scrape.host", "prometheus.scrape.self"];
const wait = (components: string[]) => {
  host.writeInstalled("components", components.map((id) => `${id}\n`).join(""));
  return host.run(awaitLoaded(host.site));
};
const seconds = () =>
  host
    .read("sleeps")
    .split("\n")
    .reduce((sum, one) => sum + Number(one), 0);

test("ends at once when everything is loaded", () => {
  expect(wait(loaded)).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(seconds()).toBe(0);
});

test("waits until the agent is ready", () => {
  host.write("not-ready", "5");
  expect(wait(loaded).status).toBe(0);
  expect(seconds()).toBe(5);
});

test("fails after a minute for what is not loaded and names it alone, in full", () => {
  const missing = ["prometheus.scrape.lost", "prometheus.scrape.hos", "scrape.host"];
  const { status, stdout, stderr } = wait([...loaded, ...missing]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr.trim().replace(/ +/g, " ")).toBe(
    `Alloy runs but these components are not loaded after 60 s: ${missing.join(" ")}`,
  );
  expect(seconds()).toBe(60);
});

test("fails after a minute without an answer", () => {
  host.write("not-ready", "1000");
  const { status, stderr } = wait(loaded);
  expect(status).toBe(1);
  expect(stderr).toContain("the agent's answer");
  expect(seconds()).toBe(60);
});

test("measures time, not tries", () => {
  host.write("silent", "ready");
  expect(wait(loaded).status).toBe(1);
  expect(seconds()).toBe(65);
});

test("an agent that is ready, and never answers what it has, is no failure but a warning", () => {
  host.write("silent", "components");
  expect(wait(loaded)).toEqual({
    status: 0,
    stdout:
      "warning: Alloy was ready, but did not say within 60 s which components it runs. " +
      "Whether all of them are loaded is not known; npm run verify says what arrives.\n",
    stderr: "",
  });
  expect(host.proven()).toBe("versions/v1");
});

test("fails where the agent does not run", () => {
  host.setAgent({ state: "exited" });
  const { status, stderr } = wait(loaded);
  expect(status).not.toBe(0);
  expect(stderr).toContain("cannot join network of a non running container");
});

test("fails where the version does not say what it has", () => {
  const { status, stderr } = host.run(awaitLoaded(host.site));
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/config\/current\/components.*No such file or directory/);
});

describe("a new container", () => {
  const good = { "a.alloy": 'local.file "a" {\n}\n', components: "local.file.a\n" };
  const refused = { ...good, "a.alloy": "// REFUSED\n" };
  const undo =
    "To go back to the old container: git revert the change, then: pulumi up --stack svlnas";
  /** As an installation left it for a new container. */
  function given(version: string, files: Record<string, string>): void {
    host.givenVersion(version, files);
    host.write("loaded", "");
    host.setAgent({ state: "exited" });
  }
  function start() {
    const { status, stderr } = host.run(awaitContainer(host.site, "svlnas"));
    return { status, last: stderr.trim().split("\n").at(-1) };
  }
  const versions = () => ({
    current: host.current(),
    proven: host.proven(),
    loaded: host.read("loaded").trim(),
    kept: host.names("config/versions"),
  });
  const only = (one: string) => {
    const link = `versions/${one}`;
    return { current: link, proven: link, loaded: link, kept: [one] };
  };
  beforeEach(() => {
    host.givenVersion("v1", good);
    expect(start()).toEqual({ status: 0, last: "" });
    expect(versions()).toEqual(only("v1"));
  });

  test("that runs the new version proves it, and the old one is gone", () => {
    host.givenVersion("v2", good);
    expect(start()).toEqual({ status: 0, last: "" });
    expect(versions()).toEqual(only("v2"));
  });

  test.each([
    'level=info msg="loki.source.journal is not enabled, and must be ran on linux with journal support"',
    'level=error msg="error creating journal tailer" err="unable to open a handle to the library"',
  ])("whose image can't read the journal is told: %s", (line) => {
    host.write("agent-log", `level=info msg="starting"\n${line}\n`);
    expect(start()).toEqual({ status: 1, last: NO_JOURNAL });
  });

  test("that does not run the new version runs the old one, and is tried again", () => {
    given("v2", refused);
    expect(start()).toEqual({
      status: 1,
      last: `The new container does not run the new configuration, see above; it runs the old one. ${undo}`,
    });
    expect(host.calls()).toContainEqual(["logs", "--tail", "20", "alloy"]);
    expect(versions()).toEqual({ ...only("v1"), kept: ["v1", "v2"] });
    host.writeVersion("v2", good);
    expect(start().status).toBe(0);
    expect(versions()).toEqual(only("v2"));
  });

  test("that runs neither says so", () => {
    host.writeVersion("v1", refused);
    given("v2", refused);
    expect(start()).toEqual({
      status: 1,
      last: `The new container runs neither the new configuration nor the old one, see above. ${undo}`,
    });
    expect(versions().current).toBe("versions/v1");
  });

  test("with the configuration of the old one goes back to nothing", () => {
    given("v1", refused);
    expect(start()).toEqual({
      status: 1,
      last: `The new container does not run as it should, see above. ${undo}`,
    });
    expect(versions()).toMatchObject({ current: "versions/v1", proven: "versions/v1" });
  });

  describe("of another directory", () => {
    const oldPlace = () => join(host.root, "before");
    beforeEach(() => {
      mkdirSync(join(oldPlace(), "secrets"), { recursive: true });
      mkdirSync(join(oldPlace(), "config/versions/v0"), { recursive: true });
      writeFileSync(join(oldPlace(), "secrets/metrics-password"), "glc_x");
      writeFileSync(join(oldPlace(), "secrets/mine"), "x");
      host.write("secrets-source", `${oldPlace()}/secrets\n`);
      expect(host.run(prepareHost(host.site)).status).toBe(0);
    });

    test("leaves no token in the one before, once it runs", () => {
      symlinkSync("versions/v0", join(oldPlace(), "config/current"));
      given("v2", refused);
      expect(start().status).toBe(1);
      expect(readdirSync(join(oldPlace(), "secrets")).sort()).toEqual(["metrics-password", "mine"]);
      host.writeVersion("v2", good);
      expect(start().status).toBe(0);
      expect(readdirSync(oldPlace())).toEqual(["secrets"]);
      expect(readdirSync(join(oldPlace(), "secrets"))).toEqual(["mine"]);
      expect(host.names("config")).not.toContain("moved-from");
    });

    test("leaves one alone that this program did not deploy to", () => {
      expect(start().status).toBe(0);
      expect(readdirSync(join(oldPlace(), "secrets")).sort()).toEqual(["metrics-password", "mine"]);
    });
  });
});
