import { describe, expect, test } from "vitest";
import { parseStack, readStack as read } from "../../config/parse.ts";
import { secretKeys } from "../../config/schema.ts";

describe("readStack", () => {
  test("takes the project's keys, structured ones from their JSON", () => {
    expect(
      read({
        "grafana-alloy:host": '{"name":"svlnas","journal":{"gid":102}}',
        "grafana-alloy:pipelines": ' ["host","self"]',
        "grafana-alloy:text": "plain",
        "grafana-alloy:number": "12",
        "grafana-alloy:empty": "",
      }),
    ).toEqual({
      host: { name: "svlnas", journal: { gid: 102 } },
      pipelines: ["host", "self"],
      text: "plain",
      number: "12",
      empty: "",
    });
  });

  test("leaves the keys of other namespaces to their owners", () => {
    expect(
      read({
        "docker:host": "ssh://x",
        "grafana:url": "https://x",
        "grafana-alloy-2:host": "{}",
        "pulumi:disable-default-providers": "[]",
      }),
    ).toEqual({});
  });

  test("takes the secrets by name, one of them from the Grafana provider's namespace", () => {
    expect(
      read({
        "grafana-alloy:githubToken": "github_pat_x",
        "grafana-alloy:metricsPassword": "m",
        "grafana-alloy:logsPassword": "l",
        "grafana:cloudAccessPolicyToken": "glc_x",
      }),
    ).toEqual({
      githubToken: "github_pat_x",
      metricsPassword: "m",
      logsPassword: "l",
      cloudAccessPolicyToken: "glc_x",
    });
  });

  test("never reads structure into a secret", () => {
    const secret = '{"not":"read"}';
    expect(read({ "grafana-alloy:logsPassword": secret })).toEqual({ logsPassword: secret });
    expect(read({ "grafana-alloy:logsPassword": "[x" })).toEqual({ logsPassword: "[x" });
  });

  test("is empty for an empty configuration", () => {
    expect(read({})).toEqual({});
  });

  test("takes a text that only begins like JSON as text, for the schema to refuse with its path", () => {
    expect(read({ "grafana-alloy:pipelines": "[host, self]" })).toEqual({
      pipelines: "[host, self]",
    });
  });
});

describe("secrets that are stored in plain text", () => {
  const raw = { githubToken: "github_pat_x", cloudAccessPolicyToken: "glc_x" };
  const reason = "is stored in plain text; revoke it, then store a new one as a secret";
  const plain = (isSecret: (key: string) => boolean) =>
    parseStack(raw, isSecret, "svlnas").faults.filter((fault) => fault.reason === reason);

  test("are named, each without its value", () => {
    const command = "pulumi config set --stack svlnas --secret";
    expect(plain(() => false)).toEqual([
      { path: "githubToken", reason, fix: "npm run github-token -- --stack svlnas" },
      { path: "cloudAccessPolicyToken", reason, fix: `${command} grafana:cloudAccessPolicyToken` },
    ]);
  });

  test("are none where all are encrypted, or only those that are not set are not", () => {
    expect(plain(() => true)).toEqual([]);
    const others: string[] = [secretKeys.logsPassword, secretKeys.metricsPassword];
    expect(plain((key) => !others.includes(key))).toEqual([]);
  });
});
