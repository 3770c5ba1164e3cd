import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { logPrivacy, NOTHING } from "../../../pipelines/log-privacy.ts";

const logs = settings.shape.logs;
const none = { exclude: {}, redact: {} };

describe("what is excluded", () => {
  const excluded = (exclude: object, container: string, project = "", service = "") =>
    RE2JS.matches(
      logPrivacy(logs.parse({ ...none, exclude })).exclude,
      [container, project, service].join(";"),
    );

  test("nothing, unless a stack says so", () => {
    expect(logPrivacy(logs.parse({})).exclude).toBe("");
    expect(excluded({}, "any", "project", "service")).toBe(false);
    expect(excluded({}, "any")).toBe(false);
  });

  test("a container by its whole name", () => {
    const exclude = { containers: ["vault.warden"] };
    expect(excluded(exclude, "vault.warden", "vaultwarden", "server")).toBe(true);
    expect(excluded(exclude, "vault.warden")).toBe(true);
    expect(excluded(exclude, "vaultxwarden")).toBe(false);
    expect(excluded(exclude, "my-vault.warden")).toBe(false);
    expect(excluded(exclude, "other", "vault.warden", "vault.warden")).toBe(false);
  });

  test("a service of any project, and of one", () => {
    const exclude = { composeServices: ["db", "outline/server"] };
    expect(excluded(exclude, "a", "immich", "db")).toBe(true);
    expect(excluded(exclude, "b", "outline", "server")).toBe(true);
    expect(excluded(exclude, "c", "immich", "server")).toBe(false);
    expect(excluded(exclude, "db")).toBe(false);
    expect(excluded(exclude, "server", "outline", "server2")).toBe(false);
  });
});

/** As Alloy's stage.replace does: what a group matched is replaced, what is around it stays. */
function replaced(expression: string, line: string, by: string): string {
  const matcher = RE2JS.compile(expression).matcher(line);
  let [result, end] = ["", 0];
  while (matcher.find()) {
    for (let group = 1; group <= matcher.groupCount(); group++) {
      const [from, to] = [matcher.start(group), matcher.end(group)];
      if (from < end || from < 0) continue;
      result += line.slice(end, from) + by;
      end = to;
    }
  }
  return result + line.slice(end);
}

describe("what is replaced", () => {
  const redacted = (redact: object, line: string) => {
    const facts = logPrivacy(logs.parse({ ...none, redact })).redact;
    let text = replaced(facts.expressions, line, "<redacted>");
    text = replaced(facts.bearer_tokens, text, "<bearer-token>");
    text = replaced(facts.email_addresses, text, "<email-address>");
    return replaced(facts.ip_addresses, text, "<ip-address>");
  };

  test("nothing, unless a stack says so", () => {
    const { redact } = logPrivacy(logs.parse({}));
    expect(Object.values(redact)).toEqual([NOTHING, NOTHING, NOTHING, NOTHING]);
    const line = "Bearer abcdefghij a@b.example 10.0.0.1";
    expect(redacted({}, line)).toBe(line);
  });

  test.each([
    ["client_10.1.2.3 x172.16.0.1/24", "client_<ip-address> x<ip-address>/24"],
    [
      "[::1]:8080 ::ffff:10.0.0.1 fe80::1%eth0",
      "[<ip-address>]:8080 <ip-address> <ip-address>%eth0",
    ],
    ["2001:db8::a:b 2001:DB8:0:0:1:2:3:4", "<ip-address> <ip-address>"],
    ["64:ff9b::192.0.2.33 2001:db8::/32", "<ip-address> <ip-address>/32"],
    ["addr=fe80::", "addr=<ip-address>"],
  ])("IP addresses: %s", (line, expected) => {
    expect(redacted({ patterns: ["ipAddresses"] }, line)).toBe(expected);
  });

  test.each([
    "2026-11-24T12:34:56.789Z",
    "12:34:56 up",
    "mac 02:42:ac:11:00:02",
    "std::add and Foo::Bar, abc::parse",
    "sha256:1487d0af5f52b4ba31c7e465126ee212",
    "v1.15.1",
    "256.300.1",
    "a@b.example Bearer abcdefghij",
  ])("no IP address: %s", (line) => {
    expect(redacted({ patterns: ["ipAddresses"] }, line)).toBe(line);
  });

  test.each([
    ["to <jo.doe+x@mail.example.org>, b@c.de", "to <<email-address>>, <email-address>"],
    ["busybox:1.37@sha256:12 chain-auth@file", "busybox:1.37@sha256:12 chain-auth@file"],
  ])("e-mail addresses: %s", (line, expected) => {
    expect(redacted({ patterns: ["emailAddresses"] }, line)).toBe(expected);
  });

  test.each([
    ["Authorization: Bearer eyJhbGci.eyJz-_.sig==", "Authorization: Bearer <bearer-token>"],
    ['{"authorization":"bearer glc_abcdefgh"}', '{"authorization":"bearer <bearer-token>"}'],
    ["a bearer of news", "a bearer of news"],
  ])("bearer tokens: %s", (line, expected) => {
    expect(redacted({ patterns: ["bearerTokens"] }, line)).toBe(expected);
  });

  test("own expressions: their groups, or all that they match; flags stay theirs", () => {
    const expressions = ["(?i)session=(\\w+)", "PIN-\\d+", "user (?P<name>\\w+)"];
    expect(redacted({ expressions }, "SESSION=abc PIN-12 pin-12 user jo")).toBe(
      "SESSION=<redacted> <redacted> pin-12 user <redacted>",
    );
  });

  test("all of them, one after the other", () => {
    const redact = {
      patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
      expressions: ["id=\\d+"],
    };
    expect(redacted(redact, "id=7 a@b.example 10.0.0.1 Bearer abcdefghij")).toBe(
      "<redacted> <email-address> <ip-address> Bearer <bearer-token>",
    );
  });
});
