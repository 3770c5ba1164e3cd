// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareHost } from "../../components/files/install-scripts.ts";
import { installVersion } from "../../components/files/install-version.ts";
import { packFiles } from "../../pipelines/alloy-bundle.ts";
import { steps } from "../support/install-steps.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

const oldFiles = { "a.alloy": 'local.file "old" {\n}\n', "host.json": "{}\n" };
const newFiles = {
  "b.alloy": 'local.file "new" {\n}\n',
  components: "local.file.new\n",
  "host.json": '{"a":1}\n',
};

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
  host.run(prepareHost(host.site));
  host.write("calls", "");
});
afterEach(() => host[Symbol.dispose]());

const install = () => host.run(installVersion(host.site, "new"), packFiles(newFiles));
const done = { status: 0, stderr: "" };

describe("without an agent", () => {
  test("the first version is validated, then linked; nothing is reloaded", () => {
    expect(install()).toMatchObject(done);
    expect(steps(host.calls())).toEqual([
      "unpack",
      "validate",
      "agent's state",
      "image",
      "switch link and prune",
    ]);
    expect(host.current()).toBe("versions/new");
    expect(host.files("config/current")).toEqual(newFiles);
    expect(host.names("config/versions")).toEqual(["new"]);
  });
});

describe("with an agent that runs", () => {
  beforeEach(() => {
    host.setAgent({ state: "running" });
    host.givenVersion("old", oldFiles);
  });

  test("it is reloaded after the switch, waited for, and the old version is gone", () => {
    expect(install().status).toBe(0);
    expect(steps(host.calls())).toEqual([
      "unpack",
      "validate",
      "agent's state",
      "agent's image",
      "image",
      "switch link, reload, await loaded and prune",
    ]);
    expect(host.current()).toBe("versions/new");
    expect(host.read("loaded")).toBe("versions/new\n");
    expect(host.names("config/versions")).toEqual(["new"]);
    expect(host.read("agent")).toBe("running sha256:alloy-image\n");
  });

  test("on another image it is left to its own replacement", () => {
    host.setAgent({ state: "running", image: "other" });
    expect(install()).toMatchObject(done);
    expect(steps(host.calls()).slice(2)).toEqual([
      "agent's state",
      "agent's image",
      "image",
      "switch link and prune",
    ]);
    expect(host.current()).toBe("versions/new");
    expect(host.read("loaded")).toBe("versions/old\n");
  });

  test("the version that it has is installed again without harm", () => {
    host.givenVersion("new", newFiles);
    expect(install().status).toBe(0);
    expect(host.files("config/current")).toEqual(newFiles);
    expect(host.names("config/versions")).toEqual(["new"]);
  });
});

test.each(["exited", "restarting"] as const)(
  "an agent that is %s is started, not reloaded",
  (state) => {
    host.setAgent({ state });
    host.givenVersion("old", oldFiles);
    expect(install().status).toBe(0);
    expect(steps(host.calls()).slice(2)).toEqual([
      "agent's state",
      "agent's image",
      "image",
      "switch link",
      "restart agent",
      "await loaded",
      "prune versions",
    ]);
    expect(host.read("agent")).toBe("running sha256:alloy-image\n");
    expect(host.read("loaded")).toBe("versions/new\n");
  },
);

test("what an interrupted run left behind does not get in", () => {
  host.givenVersion("new.new", { "stale.alloy": "// stale\n" });
  host.givenVersion("old", oldFiles);
  expect(install()).toMatchObject(done);
  expect(host.names("config/versions")).toEqual(["new"]);
  expect(host.files("config/current")).toEqual(newFiles);
});

test("old versions that can't be removed are no reason to go back to one of them", () => {
  host.setAgent({ state: "running" });
  host.givenVersion("old", oldFiles);
  host.write("kept", "old");
  const { status, stderr } = install();
  expect({ status, stderr: stderr.split("\n").filter((line) => line.startsWith("rm:")) }).toEqual({
    status: 1,
    stderr: ["rm: simulated: Permission denied"],
  });
  expect(host.current()).toBe("versions/new");
  expect(host.read("loaded")).toBe("versions/new\n");
  expect(host.names("config/versions")).toEqual(["new", "old"]);
});

test("every container of an installation is bounded, and only one of them is on a network", () => {
  host.setAgent({ state: "running" });
  host.givenVersion("old", oldFiles);
  install();
  const runs = host.calls().filter(([command]) => command === "run");
  expect(runs).toHaveLength(3);
  for (const run of runs) {
    const line = run.join(" ");
    expect(line).toMatch(/^run --rm --network (none|container:alloy) --read-only --cap-drop ALL /);
    expect(line).toMatch(/ --security-opt no-new-privileges --pids-limit 50 --memory \d+m /);
    expect(line).not.toContain("--cap-add");
    expect(line).not.toContain("docker.sock");
  }
});

test("validation runs as Alloy's user, with its memory, on a read-only mount, without a network", () => {
  install();
  const [validate] = host.calls().filter((call) => call.includes("validate"));
  expect(validate?.join(" ")).toBe(
    "run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges " +
      "--pids-limit 50 --memory 512m --tmpfs /tmp --user 3125:3125 " +
      `-v ${host.site.directory}/config:/etc/alloy:ro alloy-image validate /etc/alloy/versions/new/`,
  );
});
