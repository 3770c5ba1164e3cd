// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { afterEach, beforeEach, expect, test } from "vitest";
import { socketProxyRules, writeRules } from "../../components/agent/socket-proxy-rules.ts";
import { awaitServing, tryProxy } from "../../components/agent/socket-proxy-trial.ts";
import { removeDirectories } from "../../components/files/install-scripts.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
});
afterEach(() => host[Symbol.dispose]());

const done = { status: 0, stdout: "", stderr: "" };
const proxy = { image: "proxy-image", memory: 50, dockerSocket: "/run/docker.sock" };
const write = () => host.run(writeRules(host.site, (rules) => tryProxy({ ...proxy, rules })));

test("the rules are written to the byte, and gone with the proxy", () => {
  expect(write()).toEqual(done);
  // No proxy runs that could be lost.
  expect(host.calls().flat()).not.toContain("alloy-docker-proxy-trial");
  expect(host.files("socket-proxy")).toEqual({ "haproxy.cfg": socketProxyRules });
  expect(host.run(removeDirectories(host.site))).toEqual(done);
  expect(host.names(".")).toEqual([]);
});

test("the image is tried by the new rules, under the limits of the proxy, and removed", () => {
  host.write("proxy", "");
  write();
  const calls = host.calls().map((call) => call.join(" "));
  const mount = (source: string, target: string) =>
    `--mount type=bind,source=${source},target=${target},readonly`;
  expect(calls.filter((call) => call.includes("alloy-docker-proxy-trial"))).toEqual([
    "rm -f alloy-docker-proxy-trial",
    [
      "run --detach --name alloy-docker-proxy-trial --network none --read-only --cap-drop ALL",
      "--security-opt no-new-privileges --pids-limit 50 --memory 50m --tmpfs /run",
      mount("/run/docker.sock", "/var/run/docker.sock"),
      mount(`${host.site.directory}/socket-proxy/haproxy.cfg.new`, "/templates/haproxy.cfg"),
      "proxy-image",
    ].join(" "),
    "exec alloy-docker-proxy-trial wget -q -O /dev/null http://127.0.0.1:2375/containers/json?limit=1",
    "rm -f alloy-docker-proxy-trial",
  ]);
});

test("an image that does not serve changes nothing, and its last lines are told", () => {
  host.write("proxy", "");
  host.write("proxy-refuses", "");
  const { status, stderr } = write();
  expect([status, stderr.trimEnd().split("\n")]).toEqual([
    1,
    ["the proxy's log", REFUSED, "The running proxy stays.", REMEDY],
  ]);
  expect(host.names("socket-proxy")).toEqual(["haproxy.cfg.new"]);
  expect(host.calls().at(-1)).toEqual(["rm", "-f", "alloy-docker-proxy-trial"]);
});

test("a new proxy is waited for until it serves, and its last lines are told if it does not", () => {
  expect(host.run(awaitServing("proxy-id"))).toEqual(done);
  expect(host.calls()).toEqual([
    [
      "exec",
      "proxy-id",
      "wget",
      "-q",
      "-O",
      "/dev/null",
      "http://127.0.0.1:2375/containers/json?limit=1",
    ],
  ]);
  host.write("proxy-refuses", "");
  const { status, stderr } = host.run(awaitServing("proxy-id"));
  expect([status, stderr.trimEnd().split("\n")]).toEqual([1, ["the proxy's log", REFUSED, REMEDY]]);
});

const REFUSED =
  "The socket proxy's image does not serve with the rules of this project: its last lines are above.";
const REMEDY = "Set images.socketProxy to one that does.";
