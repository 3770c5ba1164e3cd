import { expect, test } from "vitest";
import { parseStack, readStack } from "../../config/parse.ts";
import { secretKeys } from "../../config/schema.ts";

const ours = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`grafana-alloy:${key}`, value]));

test.each<[string, Record<string, string>, object]>([
  ["nothing from nothing", {}, {}],
  [
    "structured values from their JSON",
    ours({ host: '{"name":"svlnas","journal":{"gid":102}}', pipelines: ' ["host","self"]' }),
    { host: { name: "svlnas", journal: { gid: 102 } }, pipelines: ["host", "self"] },
  ],
  [
    "texts as they are",
    ours({ text: "plain", number: "12", empty: "" }),
    { text: "plain", number: "12", empty: "" },
  ],
  [
    "a text that only begins like JSON as text, for the schema to refuse with its path",
    ours({ pipelines: "[host, self]" }),
    { pipelines: "[host, self]" },
  ],
  [
    "no structure from a secret",
    ours({ logsPassword: '{"not":"read"}', metricsPassword: "[x" }),
    { logsPassword: '{"not":"read"}', metricsPassword: "[x" },
  ],
  [
    "a secret from the Grafana provider's namespace, and nothing else of others",
    {
      "grafana:cloudAccessPolicyToken": "glc_x",
      "grafana:url": "https://x",
      "docker:host": "ssh://x",
      "grafana-alloy-2:host": "{}",
    },
    { cloudAccessPolicyToken: "glc_x" },
  ],
])("readStack takes %s", (_what, config, settings) => {
  expect(readStack(config)).toEqual(settings);
});

test("secrets that are stored in plain text are named, each without its value", () => {
  const raw = { githubToken: "github_pat_x", cloudAccessPolicyToken: "glc_x" };
  const reason = "is stored in plain text; revoke it, then store a new one as a secret";
  const plain = (isSecret: (key: string) => boolean) =>
    parseStack(raw, isSecret, "svlnas").faults.filter((fault) => fault.reason === reason);
  const set = "pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken";
  expect(plain(() => false)).toEqual([
    { path: "githubToken", reason, fix: "npm run github-token -- --stack svlnas" },
    { path: "cloudAccessPolicyToken", reason, fix: set },
  ]);
  expect(plain(() => true)).toEqual([]);
  // What is not set is not stored.
  expect(plain((key) => key !== secretKeys.logsPassword)).toEqual([]);
});
