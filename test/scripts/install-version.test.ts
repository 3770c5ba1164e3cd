// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installVersion } from "../../components/files/install-version.ts";
import { packFiles } from "../../pipelines/alloy-bundle.ts";
import { steps } from "../support/install-steps.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

const old = { "a.alloy": 'local.file "old" {\n}\n' };
const good = { "b.alloy": 'local.file "new" {\n}\n', components: "local.file.new\n" };
const lacking = { ...good, components: "local.file.new\nlocal.file.lost\n" };
/** The same with other rules for the labels of container logs. */
const relabelled = { ...good, "reader-rules": "new\n" };
const invalid = { ...good, "b.alloy": "SYNTAX-ERROR\n" };
const refused = { ...good, "b.alloy": "// REFUSED\n" };

const isInvalid =
  "The configuration is invalid, see above. Version new was not installed; " +
  "the agent, if one runs, keeps its old one.";
const isRefused = "Alloy refused version new, see its log above. The old version was put back.";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost({ state: "running" });
  host.givenVersion("old", old);
});
afterEach(() => host[Symbol.dispose]());

/** Installs files; answers the end of the script, with the last line that it said. */
function install(files: Record<string, string>, on = host) {
  const packed = packFiles(files);
  const script = installVersion(on.site, { version: "new", bytes: Buffer.byteLength(packed) });
  const { status, stderr } = on.run(script, packed);
  return { status, stderr, last: stderr.trim().split("\n").at(-1) };
}

/** What is linked, loaded and kept. */
const versions = () => ({
  current: host.current(),
  loaded: host.read("loaded").trim(),
  kept: host.names("config/versions"),
});
const only = (name: string, loaded = name) => ({
  current: `versions/${name}`,
  loaded: `versions/${loaded}`,
  kept: [name],
});
const image = ["agent's state", "agent's image", "image"];
const trial = ["remove trial", "start trial", "await trial", "agent's log", "remove trial"];

describe("a version that is good", () => {
  test("is installed on a new host: validated, then linked; nothing is reloaded", () => {
    using fresh = new SimulatedHost();
    fresh.givenVersion("new.new", { "stale.alloy": "// left by an interrupted run\n" });
    expect(install(good, fresh)).toMatchObject({ status: 0, stderr: "" });
    const expected = ["unpack", "validate", "agent's state", "image", "switch link"];
    expect(steps(fresh.calls())).toEqual(expected);
    expect(fresh.current()).toBe("versions/new");
    expect(fresh.names("config/versions")).toEqual(["new"]);
    expect(fresh.files("config/current")).toEqual(good);
  });

  test.each([
    ["running", "switch link, reload, await loaded and prune"],
    ["exited", "switch link", "restart agent", "await loaded and prune"],
    ["restarting", "switch link", "restart agent", "await loaded and prune"],
  ] as const)("is loaded by an agent that is %s, and the old one is gone", (state, ...expected) => {
    host.setAgent({ state });
    expect(install(good).status).toBe(0);
    expect(steps(host.calls())).toEqual(["unpack", "validate", ...image, ...expected]);
    expect(versions()).toEqual(only("new"));
    expect(host.read("agent")).toBe("running sha256:alloy-image\n");
  });

  test("is left to the agent's own replacement where it runs on another image, and the old one is kept", () => {
    host.setAgent({ state: "running", image: "other" });
    expect(install(good)).toMatchObject({ status: 0, stderr: "" });
    expect(steps(host.calls()).slice(2)).toEqual([...image, "switch link", ...trial]);
    expect(versions()).toEqual({ ...only("new", "old"), kept: ["new", "old"] });
    expect(host.proven()).toBe("versions/old");
  });

  test.each([
    ["does not start", refused, "simulated docker: cannot join network of a non running"],
    ["lacks a component", lacking, "not loaded after 60 s:  local.file.lost"],
  ])("is taken back where the other image %s with it", (_what, files, says) => {
    host.setAgent({ state: "running", image: "other" });
    const { status, stderr, last } = install(files);
    expect({ status, last }).toEqual({
      status: 1,
      last:
        "The image alloy-image does not run version new, see its log above. " +
        "The agent stays as it is. Set images.alloy to one that does.",
    });
    expect(stderr).toContain(says);
    expect(stderr).toContain("the trial's log");
    expect(versions()).toEqual(only("old"));
    expect(host.read("agent")).toBe("running sha256:other-image\n");
    expect(host.read("trial")).toBe("");
  });

  test("is taken back where the other image can't read the journal", () => {
    host.setAgent({ state: "running", image: "other" });
    host.write("agent-log", 'err="unable to open a handle to the library"\n');
    const { status, stderr } = install(good);
    expect(status).toBe(1);
    expect(stderr).toContain("The image alloy-image can't read the systemd journal: it lacks");
    expect(versions()).toEqual(only("old"));
  });

  test("is installed again without harm, and what was added to it is gone", () => {
    host.givenVersion("new", good);
    host.writeInstalled("evil.alloy", 'local.file "evil" {\n}\n');
    host.writeInstalled(".evil.alloy", 'local.file "evil" {\n}\n');
    expect(install(good).status).toBe(0);
    expect(versions().current).toBe("versions/new");
    expect(host.files("config/current")).toEqual(good);
  });

  test("stays though old versions can't be removed", () => {
    host.write("kept", "old");
    const { status, stderr } = install(good);
    expect(status).toBe(1);
    expect(stderr).toContain("rm: simulated: Permission denied");
    expect(versions()).toEqual({ ...only("new"), kept: ["new", "old"] });
  });
});

describe("with other rules for the labels of container logs", () => {
  beforeEach(() => host.writeInstalled("reader-rules", "old\n"));
  const restart = ["restart agent", "await loaded and prune"];
  const carry = ["carry positions", "image"];

  test.each([
    ["running", "same", ["stop agent", ...carry, "switch link", ...restart]],
    ["exited", "same", [...carry, "switch link", ...restart]],
    ["running", "other", ["stop agent", ...carry, "start agent", "switch link", ...trial]],
  ] as const)("an agent that is %s on the %s image", (state, image, expected) => {
    host.setAgent({ state, image });
    const { status, stderr } = install(relabelled);
    expect(status).toBe(0);
    expect(
      stderr.includes("The labels of container logs have changed: the agent is restarted."),
    ).toBe(state === "running" && image === "same");
    const before = ["unpack", "validate", "agent's state", "agent's image"];
    expect(steps(host.calls())).toEqual([...before, ...expected]);
    expect(host.read("agent")).toMatch(/^running /);
  });

  test("a running agent that refuses it is started again with the old one", () => {
    expect(install({ ...relabelled, "b.alloy": "// REFUSED\n" }).last).toBe(isRefused);
    expect(versions()).toEqual(only("old"));
    expect(host.read("agent")).toMatch(/^running /);
  });

  test("the same rules change nothing for it", () => {
    install({ ...good, "reader-rules": "old\n" });
    expect(steps(host.calls())).not.toContain("stop agent");
  });
});

describe("a version that is not good", () => {
  test("is removed before anything is switched if it is invalid; the agent is not touched", () => {
    const { status, stderr, last } = install(invalid);
    expect({ status, last }).toEqual({ status: 1, last: isInvalid });
    expect(stderr).toContain("validate: syntax error");
    expect(steps(host.calls())).toEqual(["unpack", "validate", "remove what was unpacked"]);
    expect(host.read("requests")).toBe("");
    expect(versions()).toEqual(only("old"));
  });

  test("is removed from a new host, too", () => {
    using fresh = new SimulatedHost();
    expect(install(invalid, fresh)).toMatchObject({ status: 1, last: isInvalid });
    expect(fresh.current()).toBeUndefined();
    expect(fresh.names("config/versions")).toEqual([]);
  });

  test("writes no file of the version that the agent runs if it is invalid", () => {
    host.givenVersion("new", good);
    expect(install(invalid)).toMatchObject({ status: 1, last: isInvalid });
    expect(versions()).toEqual({ ...only("new"), kept: ["new", "old"] });
    expect(host.files("config/current")).toEqual(good);
  });

  test("is nothing of which a part arrived", () => {
    const packed = packFiles(good);
    const script = installVersion(host.site, { version: "new", bytes: packed.length });
    expect(host.run(script, packed.slice(0, -20))).toEqual({
      ...{ status: 1, stdout: "" },
      stderr: "The configuration was cut off on its way; version new was not installed.\n",
    });
    expect(versions()).toEqual(only("old"));
  });

  test.each([
    ["refuses it", "running"],
    ["does not start with it", "exited"],
  ] as const)(
    "goes back to the last proven one, not to one left by a lost connection, if the agent %s",
    (_what, state) => {
      expect(install(good).status).toBe(0);
      host.givenVersion("cut-off", refused);
      host.setAgent({ state });
      const packed = packFiles(refused);
      const newer = installVersion(host.site, { version: "newer", bytes: packed.length });
      expect(host.run(newer, packed).status).toBe(1);
      expect(versions()).toMatchObject({ current: "versions/new", loaded: "versions/new" });
    },
  );

  test("where there is no older one, none is put back", () => {
    using fresh = new SimulatedHost({ state: "running" });
    expect(install(refused, fresh)).toMatchObject({
      status: 1,
      last: "Alloy refused version new, see its log above.",
    });
  });

  test("is rolled back if the agent refuses it: linked back, loaded again, removed", () => {
    const { status, stderr, last } = install(refused);
    expect({ status, last }).toEqual({ status: 1, last: isRefused });
    expect(stderr).toContain("400 Bad Request");
    expect(host.calls()).toContainEqual(["logs", "--tail", "20", "alloy"]);
    expect(steps(host.calls()).slice(2)).toEqual([
      ...[...image, "switch link, reload, await loaded and prune"],
      ...["agent's log", "reload", "remove version"],
    ]);
    expect(versions()).toEqual(only("old"));
    expect(host.files("config/current")).toEqual(old);
  });

  test("is rolled back if a component is not loaded, which is named", () => {
    const { status, stderr, last } = install(lacking);
    expect({ status, last }).toEqual({ status: 1, last: isRefused });
    expect(stderr).toMatch(/these components are not loaded after 60 s: +local\.file\.lost\n/);
    expect(versions()).toEqual(only("old"));
  });

  test.each([
    ["does not start with it", refused],
    ["lacks a component with it", lacking],
  ])("is rolled back if an agent that had stopped %s", (_what, files) => {
    host.setAgent({ state: "exited" });
    expect(install(files)).toMatchObject({ status: 1, last: isRefused });
    expect(versions()).toEqual(only("old"));
    expect(host.read("agent")).toBe("running sha256:alloy-image\n");
  });

  // `docker restart` of one that starts and ends at once is no failure that could be told.
  test.each([
    ["running", true],
    ["exited", false],
  ] as const)("an agent that is %s takes neither it nor the old one; told: %s", (state, told) => {
    host.setAgent({ state });
    host.givenVersion("old", refused);
    const { status, stderr, last } = install(refused);
    expect({ status, last }).toEqual({ status: 1, last: isRefused });
    expect(stderr.includes("The old version could not be loaded either, see above.\n")).toBe(told);
    expect(versions()).toMatchObject({ current: "versions/old", kept: ["old"] });
    expect(host.read("agent")).toBe(`${state} sha256:alloy-image\n`);
  });
});

test("where no container can be started nothing changes", () => {
  host.write("no-containers", "");
  expect(install(good).status).not.toBe(0);
  expect(steps(host.calls())).toEqual(["unpack"]);
  expect(versions()).toEqual(only("old"));
});

describe("its containers", () => {
  const started = () =>
    host
      .calls()
      .filter(([command]) => command === "run")
      .map((call) => call.join(" "));
  const capped = "--read-only --cap-drop ALL --security-opt no-new-privileges";

  test("can do nothing but what they are for; only one is on a network", () => {
    install(good);
    const config = `${host.site.directory}/config`;
    expect(started()).toEqual([
      expect.stringContaining(
        `run --rm --network none ${capped} --pids-limit 50 --memory 64m --tmpfs /tmp --inter`,
      ),
      `run --rm --network none ${capped} --pids-limit 50 --memory 512m --tmpfs /tmp --user 3125:3125 ` +
        `-v ${config}/versions/new.new:/etc/alloy/versions/new:ro alloy-image validate /etc/alloy/versions/new/`,
      expect.stringContaining(
        `run --rm --network container:alloy ${capped} --pids-limit 50 --memory 64m --tmpfs /tmp --cap-add DAC_OVERRIDE -v`,
      ),
    ]);
  });

  test("the trial of another image can do no more than the agent, and is on no network", () => {
    host.setAgent({ state: "running", image: "other" });
    install(good);
    expect(started().filter((line) => line.includes("--name alloy-trial"))).toEqual([
      `run --detach --name alloy-trial --network none ${capped} --pids-limit 200 --memory 512m --tmpfs /tmp ` +
        "--volumes-from alloy:ro --user 3125:3125 alloy-image run " +
        "--server.http.listen-addr=127.0.0.1:12345 --storage.path=/tmp/data --disable-reporting " +
        "--server.http.disable-support-bundle --server.http.enable-pprof=false /etc/alloy/current/",
    ]);
  });
});
