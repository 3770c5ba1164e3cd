import { describe, expect, test } from "vitest";
import { composeFile, envFile } from "../../../bench/compare/compose-file.ts";
import { playbook } from "../../../bench/compare/playbook.ts";
import type { Service } from "../../../bench/compare/service.ts";
import { yaml11 } from "../../../bench/compare/yaml11.ts";

const service: Service = {
  directory: "/opt/alloy",
  images: { alloy: "alloy:1", init: "init:1", socketProxy: "proxy:1" },
  uid: 3125,
  gid: 3125,
  journalGid: 102,
  dockerSocket: "/var/run/docker.sock",
  frontendSubnet: "172.30.100.8/29",
  externalNetworks: ["immich-backend"],
  memory: { alloy: 512, init: 64, socketProxy: 50 },
  secrets: { METRICS_PASSWORD: "m", LOGS_PASSWORD: "l" },
  proxyEnvironment: ["CONTAINERS=1", "POST=0"],
};

describe("the compose file", () => {
  const { services, networks } = composeFile(service);

  test("hardens every container alike", () => {
    const hardening = {
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges=true"],
    };
    for (const container of Object.values(services)) expect(container).toMatchObject(hardening);
    const limits = Object.values(services).map(({ pids_limit, mem_limit, memswap_limit }) => [
      pids_limit,
      mem_limit,
      memswap_limit,
    ]);
    expect(limits).toEqual([
      [50, "64m", "64m"],
      [50, "50m", "50m"],
      [200, "512m", "512m"],
    ]);
  });

  test("waits for alloy-init and the socket proxy as ours does", () => {
    expect(services.alloy.depends_on).toEqual({
      "alloy-init": { condition: "service_completed_successfully" },
      "alloy-docker-proxy": { condition: "service_healthy" },
    });
  });

  test("has the pinned subnet, an internal backend and others' networks", () => {
    expect(networks).toEqual({
      "alloy-frontend": {
        name: "alloy-frontend",
        ipam: { config: [{ subnet: "172.30.100.8/29" }] },
      },
      "alloy-backend": { name: "alloy-backend", internal: true },
      "immich-backend": { external: true },
    });
  });

  test("names secrets, whose values are in .env alone", () => {
    const reference = (name: string) => `${name}=\${${name}}`;
    expect(services.alloy.environment).toEqual(
      ["METRICS_PASSWORD", "LOGS_PASSWORD"].map(reference),
    );
    expect(envFile(service)).toBe("METRICS_PASSWORD=m\nLOGS_PASSWORD=l\n");
  });
});

describe("the playbook", () => {
  const [play] = playbook(service);

  test("makes directories, files, networks and the three containers, in this order", () => {
    expect(play?.tasks.map(({ name }) => name)).toEqual([
      ...["directory config", "directory data", "configuration"],
      ...["network alloy-frontend", "network alloy-backend"],
      ...["container alloy-init", "container alloy-docker-proxy", "container alloy"],
    ]);
  });

  test("mounts what the compose file mounts", () => {
    const task = play?.tasks.at(-1) as unknown as Record<string, { mounts: { target: string }[] }>;
    const mounts = task["community.docker.docker_container"]?.mounts ?? [];
    const compose = composeFile(service).services.alloy.volumes.flatMap((volume) =>
      typeof volume === "string" ? [] : [volume.target],
    );
    expect(mounts.map(({ target }) => target)).toEqual(compose);
    expect(compose).toHaveLength(6);
  });

  test("restarts Alloy for changed files unless the run has just made it", () => {
    expect(play?.handlers[0]?.when).toBe("not container.changed");
    expect(play?.tasks[2]).toMatchObject({ notify: "restart alloy" });
    expect(play?.tasks.at(-1)).toMatchObject({ register: "container" });
  });
});

test("both are written so that Python reads the words no and on as words", () => {
  expect(yaml11({ restart: "no", memory: "64m" })).toBe('restart: "no"\nmemory: 64m\n');
});
