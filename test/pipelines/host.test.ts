import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arrived } from "../support/arrived.ts";
import { type Agent, runAgent } from "./support/agent.ts";
import { treeOf } from "./support/proc.ts";

/** The pipeline over a host that this machine is not: TrueNAS, with Docker on a data disk. */
const id = "0123456789abcdef".repeat(4);
const measured = ["/", "/mnt/tank/My Data"];
const missing = "/mnt/tank/private/data";
const excluded = [
  `/srv/docker/containers/${id}/mounts/shm`,
  `/srv/docker/zfs/graph/${id}-init`,
  "/var/lib/docker/volumes/x/_data",
  "/mnt/.ix-apps",
  "/mnt/.ix-apps/docker",
  "/mnt/tank/.zfs/snapshot/auto-2026",
];
const mounts = [...measured, missing, ...excluded].map(
  (path) => `tank ${path.replaceAll(" ", "\\040")} zfs rw,relatime 0 0\n`,
);

/** Statistics of a data set, as OpenZFS has them. */
const objset = (name: string) =>
  [
    "36 1 0x01 7 2160 5214787391 73405258558961",
    "name type data",
    `dataset_name 7 ${name}`,
    "nread 4 12",
    "",
  ].join("\n");
const device = (name: string, bytes: number) =>
  `${name}: ${bytes} 1 0 0 0 0 0 0 ${bytes} 1 0 0 0 0 0 0\n`;

let agent: Agent;
let trees: Record<"proc" | "rootfs" | "sys", string>;

beforeAll(async () => {
  const proc = await treeOf({
    "1/mounts": mounts.join(""),
    "1/net/dev": `Inter-|\n face |bytes\n${device("eno1", 4711)}${device("veth1234", 1)}`,
    "net/dev": `Inter-|\n face |bytes\n${device("eth0", 1)}`,
    // OpenZFS 2.1 and later has no file `io`.
    "spl/kstat/zfs/tank/state": "DEGRADED\n",
    "spl/kstat/zfs/tank/objset-0x36": objset("tank/My Data"),
    "spl/kstat/zfs/tank/objset-0x37": objset("tank/My Documents"),
    "spl/kstat/zfs/arcstats": "1 1 0x01 1 1 1 1\nname type data\nsize 4 4096\n",
  });
  const present = [...measured, ...excluded].map((path) => [`${path}/file`, ""]);
  trees = { proc, rootfs: await treeOf(Object.fromEntries(present)), sys: await treeOf({}) };
  const instead = Object.entries(trees).map(([name, path]) => [`/host/${name}`, path]);
  agent = await runAgent({ pipelines: ["host"], instead: Object.fromEntries(instead) });
  await arrived("samples", 60, () => agent.ask("node_network_receive_bytes_total"));
}, 120_000);

afterAll(async () => {
  await agent?.[Symbol.asyncDispose]();
  for (const tree of Object.values(trees)) await rm(tree, { recursive: true });
});

const valuesOf = async (query: string, label: string) => {
  const found = await arrived(query, 30, () => agent.ask(query));
  return Object.fromEntries(found.map(({ labels, value }) => [labels[label], value]));
};

test("network devices are those of the host's first process", async () => {
  const bytes = await valuesOf("node_network_receive_bytes_total", "device");
  expect(bytes).toEqual({ eno1: 4711 });
});

test("file systems: names with blanks, none of Docker's, of snapshots or of TrueNAS' apps", async () => {
  const errors = await valuesOf("node_filesystem_device_error", "mountpoint");
  expect(errors).toEqual({ "/": 0, "/mnt/tank/My Data": 0, [missing]: 1 });
  const sizes = await valuesOf("node_filesystem_size_bytes > 0", "mountpoint");
  expect(Object.keys(sizes).sort()).toEqual(measured);
});

test("the state of a ZFS pool without `io`, whose data sets have names with blanks", async () => {
  const states = await valuesOf('node_zfs_zpool_state{zpool="tank"} == 1', "state");
  expect(states).toEqual({ degraded: 1 });
  expect(await valuesOf("node_zfs_arc_size", "instance")).toEqual({ svlnas: 4096 });
  expect(await agent.ask('{__name__=~"node_zfs_zpool_dataset_.+"}')).toEqual([]);
});
