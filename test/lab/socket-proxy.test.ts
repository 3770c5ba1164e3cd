import { describe, expect, it } from "vitest";
import { socketProxyConfig, socketProxyDefaults } from "../../lab/images/roles/socket-proxy.ts";

const config = socketProxyConfig();
const rules = config.split("\n").filter((line) => line.includes("http-request"));

/** The variables that open a path, by the rules' own patterns. */
function openedBy(path: string): string[] {
  return rules.flatMap((rule) => {
    const [, pattern = "^$", variable = ""] = /reg (\S+) \} \{ env\((\w+)\)/.exec(rule) ?? [];
    return new RegExp(pattern).test(path) ? [variable] : [];
  });
}

describe("the socket proxy's rules", () => {
  it("turns writing away before any path is looked at, and ends with a refusal", () => {
    expect(rules[0]?.trim()).toBe(
      "http-request deny deny_status 403 unless { method GET HEAD } || { env(POST) -m bool }",
    );
    expect(rules.at(-1)?.trim()).toBe("http-request deny deny_status 403");
    expect(rules.slice(1, -1).every((rule) => rule.includes("http-request allow if"))).toBe(true);
  });

  it.each([
    ["/containers/json", ["CONTAINERS"]],
    ["/v1.41/containers/abc/logs", ["CONTAINERS"]],
    ["/_ping", ["PING"]],
    ["/v1.41/events", ["EVENTS"]],
    ["/v1.41/networks", ["NETWORKS"]],
    ["/info", ["INFO"]],
    ["/version", ["VERSION"]],
    ["/v1.41/images/json", ["IMAGES"]],
    ["/v1.41/exec/abc/start", ["EXEC"]],
    ["/containersx", []],
    ["/x/containers/json", []],
    ["//containers/json", []],
    ["/v1.41", []],
  ])("%s is opened by %j", (path, variables) => {
    expect(openedBy(path)).toEqual(variables);
  });

  it("opens by default only what tells nothing about the containers", () => {
    const open = socketProxyDefaults().filter((line) => line.endsWith("=1"));
    expect(open).toEqual(["EVENTS=1", "PING=1", "VERSION=1"]);
    expect(socketProxyDefaults()).toContain("POST=0");
  });

  it("stays within the service's 50 processes and 50 MB on a host of any size", () => {
    expect(config).toContain("nbthread 2\n");
    expect(config).toContain("maxconn 256\n");
  });
});
