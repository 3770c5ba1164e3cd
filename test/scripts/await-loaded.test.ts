// Docker is SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { afterEach, beforeEach, expect, test } from "vitest";
import { awaitLoaded } from "../../components/files/install-version.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost({ state: "running" });
  host.givenVersion("v1", {
    "a.alloy": 'prometheus.scrape "host" {\n}\nprometheus.scrape "self" {\n}\n',
  });
});
afterEach(() => host[Symbol.dispose]());

const loaded = ["prometheus.scrape.host", "prometheus.scrape.self"];
const wait = (components: string[]) => {
  host.writeInstalled("components", components.map((id) => `${id}\n`).join(""));
  return host.run(awaitLoaded(host.site));
};
const seconds = () => host.read("sleeps").split("\n").filter(Boolean).length;

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
