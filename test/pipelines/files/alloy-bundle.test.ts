import { describe, expect, test } from "vitest";
import {
  alloyBundle,
  componentIds,
  type HostFacts,
  versionPath,
} from "../../../pipelines/alloy-bundle.ts";

const facts: HostFacts = {
  name: "svlnas",
  sinks: {
    metrics: { url: "https://metrics.example.net", username: "1" },
    logs: { url: "https://logs.example.net", username: "2" },
  },
  journal: { path: "/var/log/journal" },
  postgres: [],
  github: { repositories: [], polling_host: "", api_url: "", app: { id: 0, installation_id: 0 } },
  logs: {
    exclude: "",
    redact: { expressions: "", bearer_tokens: "", email_addresses: "", ip_addresses: "" },
  },
};
const pipelines = {
  "self.alloy": 'prometheus.exporter.self "alloy" { }\n\nprometheus.scrape "self" {\n}\n',
  "host.alloy": 'prometheus.scrape "host" {\n}\n',
};

describe("alloyBundle", () => {
  const bundle = alloyBundle(pipelines, facts);

  test("holds pipelines, facts and the file that reads them, in order of names", () => {
    expect(Object.keys(bundle.files)).toEqual([
      "components",
      "host-facts.alloy",
      "host.alloy",
      "host.json",
      "self.alloy",
    ]);
    expect(bundle.files).toMatchObject(pipelines);
    expect(bundle.files["host.json"]).toBe(`${JSON.stringify(facts, null, 2)}\n`);
  });

  test("host-facts.alloy names the version, so that a reload reads facts of the same one", () => {
    expect(bundle.version).toMatch(/^[0-9a-f]{12}$/);
    expect(versionPath(bundle.version)).toBe(`/etc/alloy/versions/${bundle.version}`);
    expect(bundle.files["host-facts.alloy"]).toBe(
      [
        "// The facts of this host that the pipelines read.",
        "",
        'local.file "host" {',
        `\tfilename = "/etc/alloy/versions/${bundle.version}/host.json"`,
        '\tdetector = "poll"',
        "}",
        "",
      ].join("\n"),
    );
  });

  test("lists exactly the components that its files declare, in order of names", () => {
    expect(bundle.files.components).toBe(
      "local.file.host\nprometheus.exporter.self.alloy\nprometheus.scrape.host\nprometheus.scrape.self\n",
    );
  });

  test("has the same version for the same content in another order", () => {
    const reversed = Object.fromEntries(Object.entries(pipelines).reverse());
    expect(alloyBundle(reversed, facts)).toEqual(bundle);
  });

  const { "self.alloy": self, "host.alloy": host } = pipelines;
  test.each<[string, Record<string, string>, HostFacts]>([
    ["a pipeline's text", { ...pipelines, "host.alloy": "// other\n" }, facts],
    ["a pipeline's name", { "self.alloy": self, "hosts.alloy": host }, facts],
    ["a pipeline more", { ...pipelines, "x.alloy": "// new\n" }, facts],
    ["a pipeline less", { "self.alloy": self }, facts],
    ["a fact", pipelines, { ...facts, name: "svlazext" }],
    ["a fact deep inside", pipelines, { ...facts, journal: { path: "/run/log/journal" } }],
  ])("has another version with %s changed", (_what, files, changed) => {
    expect(alloyBundle(files, changed).version).not.toBe(bundle.version);
  });
});

describe("componentIds", () => {
  test.each([
    ["a component", 'prometheus.scrape "host" {\n}\n', ["prometheus.scrape.host"]],
    [
      "an empty one on one line",
      'prometheus.exporter.self "alloy" { }\n',
      ["prometheus.exporter.self.alloy"],
    ],
    ["several", 'local.file "a" {\n}\nlocal.file "b" {\n}\n', ["local.file.a", "local.file.b"]],
    [
      "underscores and digits",
      'prometheus.remote_write "cloud_2" {\n}\n',
      ["prometheus.remote_write.cloud_2"],
    ],
    ["no configuration block", 'logging {\n}\ndeclare "x" {\n}\n', []],
    ["no comment", '// local.file "x" {\n', []],
    ["no nested block", 'loki.write "x" {\n\tendpoint "y.z" {\n\t}\n}\n', ["loki.write.x"]],
  ])("finds %s", (_what, text, ids) => {
    expect(componentIds(text)).toEqual(ids);
  });
});
