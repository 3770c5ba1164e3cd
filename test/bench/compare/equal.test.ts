import type Docker from "dockerode";
import { expect, test } from "vitest";
import { differences, essence } from "../../../bench/compare/equal.ts";

const info = (host: object = {}) =>
  ({
    Image: "sha256:1",
    Config: { User: "3125:3125", Env: ["LOGS_PASSWORD=l", "PATH=/bin"] },
    HostConfig: {
      ReadonlyRootfs: true,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges=true"],
      Memory: 1,
      MemorySwap: 1,
      PidsLimit: 200,
      GroupAdd: ["102"],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      Tmpfs: { "/tmp": "" },
      ...host,
    },
    Mounts: [
      { Destination: "/proc", RW: false },
      { Destination: "/etc/alloy-secrets", RW: false },
      { Destination: "/data", RW: true },
    ],
    NetworkSettings: { Networks: { b: {}, a: {} } },
  }) as unknown as Docker.ContainerInspectInfo;

test("order, prefixes and the secrets' directory make no difference", () => {
  const other = essence(info({ CapAdd: [], SecurityOpt: ["no-new-privileges:true"] }));
  expect(differences("alloy", essence(info()), other)).toEqual([]);
  expect(essence(info({ CapAdd: ["CAP_CHOWN"] }))).toEqual(essence(info({ CapAdd: ["CHOWN"] })));
  expect(essence(info())).toMatchObject({ mounts: ["/data:rw", "/proc:ro"], networks: ["a", "b"] });
});

test("each setting that differs is named with both values", () => {
  const other = essence(info({ PidsLimit: null, ReadonlyRootfs: false }));
  expect(differences("alloy", essence(info()), other)).toEqual([
    "alloy: readOnly is true with us and false there",
    "alloy: pids is 200 with us and null there",
  ]);
});
