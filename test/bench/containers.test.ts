import { describe, expect, test } from "vitest";
import {
  documentContainer,
  documentEnv,
  type Inspected,
  stateEntry,
} from "../../bench/footprint/document-container.ts";
import { loadContainers } from "../../bench/footprint/load.ts";

const bind = (Source: string, Target: string) => ({
  Type: "bind" as const,
  Source,
  Target,
  ReadOnly: true,
});

const alloy = {
  Image: "sha256:1234",
  Config: {
    User: "3125:3126",
    Cmd: ["run", "--storage.path=/var/lib/alloy/data", "/etc/alloy/current/"],
  },
  HostConfig: {
    GroupAdd: ["999"],
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges=true"],
    Memory: 536870912,
    MemorySwap: 536870912,
    PidsLimit: 200,
    Tmpfs: { "/tmp": "" },
    LogConfig: { Type: "json-file", Config: {} },
    NetworkMode: "bridge",
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
    Binds: ["/var/log/journal:/var/log/journal:ro", "/run/log/journal:/run/log/journal:ro"],
    Mounts: [
      bind("/service/config", "/etc/alloy"),
      bind("/service/secrets", "/etc/alloy-secrets"),
      bind("/service/data", "/var/lib/alloy"),
      { ...bind("/", "/host/rootfs"), BindOptions: { Propagation: "rslave" } },
      bind("/proc", "/host/proc"),
    ],
  },
  NetworkSettings: { Networks: { "alloy-backend": {}, "alloy-frontend": {} } },
} as unknown as Inspected;

test("the document's container is like alloy but for configuration, state and environment", () => {
  const args = { configFile: "/lab/document.alloy", journal: "/run/log/journal", env: ["A=b"] };
  expect(documentContainer(alloy, args)).toEqual({
    options: {
      name: "bench-document",
      Image: "sha256:1234",
      User: "3125:3126",
      Cmd: ["run", "--storage.path=/var/lib/alloy/data", "/etc/alloy/document.alloy"],
      Env: ["A=b"],
      Labels: { "grafana-alloy-lab": "true", "grafana-alloy-lab.bench": "true" },
      HostConfig: {
        GroupAdd: ["999"],
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges=true"],
        Memory: 536870912,
        MemorySwap: 536870912,
        PidsLimit: 200,
        Tmpfs: { "/tmp": "" },
        LogConfig: { Type: "json-file", Config: {} },
        NetworkMode: "alloy-backend",
        Binds: ["/run/log/journal:/run/log/journal:ro", "/run/log/journal:/var/log/journal:ro"],
        Mounts: [
          { ...bind("/", "/host/rootfs"), BindOptions: { Propagation: "rslave" } },
          bind("/proc", "/host/proc"),
          bind("/lab/document.alloy", "/etc/alloy/document.alloy"),
          { Type: "volume", Source: "bench-document", Target: "/var/lib/alloy" },
        ],
      },
    },
    others: ["alloy-frontend"],
  });
});

describe("stateEntry", () => {
  test("is the storage directory, owned by alloy's user", () => {
    expect(stateEntry(alloy)).toEqual({ path: "data", uid: 3125, gid: 3126 });
  });

  test("wants a numeric user", () => {
    const named = { ...alloy, Config: { ...alloy.Config, User: "alloy" } };
    expect(() => stateEntry(named)).toThrow("alloy has no storage path or no numeric user");
  });
});

test("the environment has the variables that the document names", () => {
  const sink = (name: string) => ({
    pushUrl: `http://${name}`,
    queryUrl: "",
    username: name,
    password: `${name}-secret`,
  });
  const github = { url: "http://github", token: "token", nextToken: "", callsUrl: "" };
  expect(documentEnv({ metrics: sink("m"), logs: sink("l"), github })).toEqual([
    "HOSTNAME_OVERRIDE=document",
    "GRAFANA_PROM_URL=http://m",
    "GRAFANA_PROM_USERNAME=m",
    "GRAFANA_PROM_PASSWORD=m-secret",
    "GRAFANA_LOKI_URL=http://l",
    "GRAFANA_LOKI_USERNAME=l",
    "GRAFANA_LOKI_PASSWORD=l-secret",
    "GITHUB_API_TOKEN=token",
    "GITHUB_API_URL=http://github",
  ]);
});

test("containers of the load are numbered services of one compose project", () => {
  const specs = loadContainers("logger:1", 12);
  expect(specs.length).toBe(12);
  expect(specs[8]).toEqual({
    name: "bench-09",
    image: "logger:1",
    entrypoint: ["sh", "-c"],
    cmd: [`i=0; while sleep 1; do i=$((i + 1)); echo "line $i of the logger"; done`],
    labels: {
      "grafana-alloy-lab.bench": "true",
      "com.docker.compose.project": "bench",
      "com.docker.compose.service": "bench-09",
    },
    networks: { lab: {} },
    memory: 16,
  });
  expect(specs[11]?.name).toBe("bench-12");
});
