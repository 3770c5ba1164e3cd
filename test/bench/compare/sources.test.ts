import { expect, test } from "vitest";
import { composeFile } from "../../../bench/compare/compose-file.ts";
import { benchPipelines, revisionIn } from "../../../bench/compare/desired.ts";
import { yaml11 } from "../../../bench/compare/docker-compose.ts";
import { flatConfig } from "../../../bench/compare/flat-config.ts";
import { playbook } from "../../../bench/compare/playbook.ts";
import { settings as schema } from "../../../config/schema.ts";
import { inLab } from "../../../lab/settings.ts";
import { stackFile } from "../../../lab/stack-file.ts";
import { alloyBundle, type HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";

const files = pipelineFiles(pipelineDirectory, ["containers", "journal", "traefik", "self"]);

test("other tools get the same files, with secrets in the environment and no version in a path", () => {
  const bundle = alloyBundle(files, { name: "h" } as HostFacts);
  const flat = flatConfig(bundle);
  expect(Object.keys(flat)).toEqual(Object.keys(bundle.files));
  expect(flat["sinks.alloy"]).not.toMatch(/is_secret|local\.file\.metrics_password/);
  expect(flat["sinks.alloy"]).toContain('password = sys.env("METRICS_PASSWORD")');
  expect(flat["sinks.alloy"]).toContain('password = sys.env("LOGS_PASSWORD")');
  expect(flat["host-facts.alloy"]).toContain('filename = "/etc/alloy/host.json"');
  expect(flat["self.alloy"]).toBe(bundle.files["self.alloy"]);
});

test("a revision changes one pipeline, and the watched one is scraped each second", () => {
  const [one, two]: Record<string, string>[] = [benchPipelines(files, 1), benchPipelines(files, 2)];
  const changed = Object.keys(files).filter((name) => one?.[name] !== two?.[name]);
  expect(changed).toEqual(["traefik.alloy"]);
  expect(two?.["traefik.alloy"]).toContain('scrape_interval = "62s"\n\tscrape_timeout  = "10s"');
  expect(two?.["self.alloy"]).toContain('scrape_interval = "1s"\n\tscrape_timeout  = "1s"');
});

test.each([
  ["1m2s", 2],
  ["61s", 1],
  ["", undefined],
])("an interval of %j is revision %s", (interval, revision) => {
  const value = `"value":{"type":"string","value":"${interval}"}`;
  expect(revisionIn(`[{"name":"scrape_interval","type":"attr",${value}}]`)).toBe(revision);
});

test("the playbook says of a container what the compose file says", () => {
  const sink = { pushUrl: "http://sink/push", username: "1", password: "p" };
  const facts = {
    dockerSocket: "/var/run/docker.sock",
    hostDirectory: "/opt",
    images: { alloy: "alloy:1", init: "init:1", socketProxy: "proxy:1" },
    metrics: sink,
    logs: sink,
    github: { url: "", token: "" },
    journal: { gid: 102, path: "/run/log/journal" },
  };
  const { github: _, githubToken: __, ...stack } = inLab(stackFile("local"), facts);
  const pipelines = (stack.pipelines as string[]).filter((name) => name !== "github");
  const compose = composeFile(schema.parse({ ...stack, pipelines }), "/opt/alloy");
  const [play] = playbook(compose, "/opt/alloy");
  const { volumes, networks } = compose.services.alloy;
  expect(play?.tasks.at(-1)).toMatchObject({
    "community.docker.docker_container": {
      name: "alloy",
      image: "alloy:1",
      env: { METRICS_PASSWORD: "{{ secrets.METRICS_PASSWORD }}" },
      restart_policy: "on-failure",
      restart_retries: 3,
      stop_timeout: 30,
      volumes,
      networks: networks?.map((name) => ({ name })),
    },
    register: "container",
  });
});

test("Python reads the word no as a word", () => {
  expect(yaml11({ restart: "no", memory: "64m" })).toBe('restart: "no"\nmemory: 64m\n');
});
