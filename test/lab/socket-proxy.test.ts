import { describe, expect, it } from "vitest";
import {
  type SocketProxyProfile,
  socketProxyDefaults,
  socketProxyTemplate,
} from "../../lab/images/roles/socket-proxy.ts";

/** What the rules come to, and how HAProxy takes them: ../e2e/socket-proxy.test.ts. */

const rulesOf = (profile: SocketProxyProfile) =>
  socketProxyTemplate(profile)
    .split("\n")
    .filter((line) => line.includes("http-request"))
    .filter((line) => !line.includes("timeout"));

/** The variables that a path meets, by the rules' own patterns. */
function metBy(path: string, profile: SocketProxyProfile = "pinned"): string[] {
  return rulesOf(profile).flatMap((rule) => {
    const [, pattern = "^$", variable = ""] = /reg -i (\S+) \} !?\{ env\((\w+)\)/.exec(rule) ?? [];
    return new RegExp(pattern, "i").test(decodeURIComponent(path)) ? [variable] : [];
  });
}

describe("the socket proxy's rules", () => {
  it.each<SocketProxyProfile>(["pinned", "since 2026-08"])(
    "%s: turn writing away before any section is looked at, and end with a refusal",
    (profile) => {
      const rules = rulesOf(profile).map((rule) => rule.trim());
      const methods = rules.indexOf("http-request deny unless METH_GET || { env(POST) -m bool }");
      expect(methods).toBe(5);
      expect(rules.slice(0, methods).every((rule) => rule.includes("{ env(ALLOW_"))).toBe(true);
      expect(rules.at(-1)).toBe("http-request deny");
    },
  );

  it.each([
    ["/containers/json", ["CONTAINERS"]],
    ["/v1.41/containers/abc/logs", ["CONTAINERS"]],
    ["/containers/abc/archive", ["CONTAINERS"]],
    ["/CONTAINERS/json", ["CONTAINERS"]],
    ["/%63ontainers/json", ["CONTAINERS"]],
    ["/containers/abc/restart", ["ALLOW_RESTARTS", "CONTAINERS"]],
    ["/_ping", ["PING"]],
    ["/v1.41/events", ["EVENTS"]],
    ["/v1.41/networks", ["NETWORKS"]],
    ["/info", ["INFO"]],
    ["/version", ["VERSION"]],
    ["/v1.41/images/json", ["IMAGES"]],
    ["/v1.41/exec/abc/start", ["EXEC"]],
    // A rule goes by the beginning of a path alone.
    ["/containersx", ["CONTAINERS"]],
    ["/x/containers/json", []],
    ["//containers/json", []],
    ["/v1.41", []],
  ])("%s is opened by %j", (path, variables) => {
    expect(metBy(path)).toEqual(variables);
  });

  it.each(["archive", "changes", "export", "logs", "top"])(
    "since 2026-08, %s of a container has a variable of its own, and closes before its section",
    (word) => {
      const path = `/v1.41/containers/abc/${word}`;
      expect(metBy(path, "since 2026-08")).toEqual([`ALLOW_${word.toUpperCase()}`, "CONTAINERS"]);
      expect(socketProxyDefaults("since 2026-08")).toContain(`ALLOW_${word.toUpperCase()}=0`);
      expect(metBy(path)).toEqual(["CONTAINERS"]);
    },
  );
});
