import { builtinModules } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { PUBLISHED_IMAGES as images } from "../../lab/images/published.ts";
import { PROGRAM, type StandInPrograms, standInPrograms } from "../../lab/stand-ins/bundle.ts";
import type { WorldSecrets } from "../../lab/world/secrets.ts";
import { sinkContainers } from "../../lab/world/sinks.ts";
import { standInContainers } from "../../lab/world/stand-ins.ts";

const secrets = { githubToken: "token", cloudTokens: [] as string[] } as WorldSecrets;

let programs: StandInPrograms;
beforeAll(async () => {
  programs = await standInPrograms();
});

describe("the program of a stand-in", () => {
  it.each(["traefik", "github", "cloudLogs"] as const)("%s needs Node alone", (name) => {
    const { path, content = "" } = programs[name];
    expect(path).toBe(PROGRAM);
    const asked = [...content.matchAll(/^import .*from "([^"]+)";$/gm)].map(([, from]) => from);
    expect(asked.length).toBeGreaterThan(0);
    expect(
      asked.filter((from = "") => !builtinModules.includes(from.replace("node:", ""))),
    ).toEqual([]);
  });

  it("comes with its container, whose image is plain Node", () => {
    const containers = [
      ...sinkContainers(images, secrets, programs),
      ...standInContainers(images, secrets, programs, ["owner/name"]),
    ].filter(({ image }) => image === images.node);
    expect(containers.map(({ name, cmd, files }) => [name, cmd, files?.[0]])).toEqual([
      ["lab-grafana-cloud-logs", [`/${PROGRAM}`, "http://172.30.200.12:9428"], programs.cloudLogs],
      ["lab-traefik-stand-in", [`/${PROGRAM}`], programs.traefik],
      [
        "lab-github-stand-in",
        [`/${PROGRAM}`, "/run/secrets/github-token", "owner/name"],
        programs.github,
      ],
    ]);
  });
});
