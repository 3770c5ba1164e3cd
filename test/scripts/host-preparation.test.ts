// Accounts, sudo and TrueNAS's midclt are SIMULATED here, see ../support/simulated-host.ts.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { preparationScript } from "../../components/host/host-preparation.ts";
import {
  dockerAccess,
  type PreparedHost,
  preparationByHand,
} from "../../host-shell/preparation-commands.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
});
afterEach(() => host[Symbol.dispose]());

const account = "svc-app-alloy";
const serviceAccount = { uid: 3125, gid: 3125 };
const dataset = "vm-pool/apps/services/alloy";
/** On a real host the dataset is mounted at /mnt/NAME. */
const truenas = (): PreparedHost => ({
  directory: join(host.root, "mnt", dataset),
  serviceAccount,
  prepare: { type: "truenas", dataset, account },
});
const linux = (): PreparedHost => ({
  directory: join(host.root, "opt/alloy"),
  serviceAccount,
  prepare: { type: "linux", account },
});
const kinds: [string, () => PreparedHost][] = [
  ["TrueNAS", truenas],
  ["Linux", linux],
];

const prepare = (prepared: PreparedHost) => host.run(preparationScript(prepared));
const made = () => host.read("made").split("\n").filter(Boolean);

test("TrueNAS gets group, user and dataset through its middleware", () => {
  expect(prepare(truenas()).status).toBe(0);
  expect(made()).toEqual([
    'group.create {"name":"svc-app-alloy","gid":3125,"smb":false}',
    'user.create {"username":"svc-app-alloy","full_name":"Grafana Alloy","uid":3125,"password_disabled":true,"smb":false,"shell":"/usr/sbin/nologin","group":40}',
    'pool.dataset.create {"name":"vm-pool/apps/services/alloy","type":"FILESYSTEM","create_ancestors":true}',
  ]);
});

test("plain Linux gets a system account without a home, and the directory", () => {
  expect(prepare(linux()).status).toBe(0);
  expect(made()).toEqual([
    "groupadd --system --gid 3125 svc-app-alloy",
    "useradd --system --uid 3125 --gid 3125 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin svc-app-alloy",
  ]);
  expect(existsSync(join(host.root, "opt/alloy"))).toBe(true);
});

describe.each(kinds)("%s", (kind, prepared) => {
  test.each([
    ["the program", preparationScript],
    ["root's own commands", preparationByHand],
  ])(
    "prepared by %s, is adopted: nothing is made a second time, and no rights are asked for",
    (_by, script) => {
      expect(host.run(script(prepared())).status).toBe(0);
      host.write("made", "");
      host.write("user", "deploy");
      expect(prepare(prepared())).toMatchObject({ status: 0, stderr: "" });
      expect(made()).toEqual([]);
    },
  );

  test("gets what is missing alone", () => {
    host.write("group", "svc-app-alloy:x:3125:\n");
    host.write(
      "truenas.json",
      JSON.stringify({ group: [{ id: 77, gid: 3125, name: account }], user: [], dataset: [] }),
    );
    expect(prepare(prepared()).status).toBe(0);
    expect(made().join("\n")).not.toMatch(/group\.create|groupadd/);
    if (kind === "TrueNAS") expect(made()[0]).toContain('"group":77');
  });

  test("is prepared by an SSH user with sudo", () => {
    host.write("user", "deploy");
    host.write("sudoers", "");
    expect(prepare(prepared()).status).toBe(0);
    expect(made().length).toBeGreaterThanOrEqual(2);
  });

  test("is not prepared without rights, and the command for root is told", () => {
    host.write("user", "deploy");
    const { status, stderr } = prepare(prepared());
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Preparing the host needs root, and deploy may not use sudo without a password\. As root on the host: (groupadd|midclt) /,
    );
    expect(made()).toEqual([]);
  });

  test.each([
    ["passwd", "jellyfin:x:3125:3125::/:/bin/false\n", "account jellyfin:3125"],
    ["passwd", "svc-app-alloy:x:3126:3125::/:/bin/false\n", "account svc-app-alloy:3126"],
    ["group", "media:x:3125:\n", "group media:3125"],
    ["group", "svc-app-alloy:x:3000:\n", "group svc-app-alloy:3000"],
  ])("with another in %s changes nothing: %j", (database, entries, clash) => {
    host.write(database, entries);
    const { status, stderr } = prepare(prepared());
    expect(status).toBe(1);
    expect(stderr).toBe(
      `The host has the ${clash} where svc-app-alloy:3125 is wanted. Nothing was changed.\n`,
    );
    expect(made()).toEqual([]);
    expect(existsSync(prepared().directory)).toBe(false);
  });
});

test.each([
  [[], [34]],
  [
    [43, 90],
    [34, 43, 90],
  ],
])("TrueNAS' middleware lets a user of the groups %j use Docker", (groups, after) => {
  const user = { id: 71, username: "deploy", groups };
  const group = [{ id: 34, name: "docker", gid: 999 }];
  host.write("truenas.json", JSON.stringify({ group, user: [user], dataset: [] }));
  expect(host.run(dockerAccess("deploy", truenas().prepare))).toMatchObject({
    status: 0,
    stderr: "",
  });
  expect(JSON.parse(host.read("truenas.json")).user).toEqual([{ ...user, groups: after }]);
});

describe("a dataset", () => {
  test("that exists but is not mounted is not made again", () => {
    host.write("truenas.json", JSON.stringify({ group: [], user: [], dataset: [{ id: dataset }] }));
    const { status, stderr } = prepare(truenas());
    expect(status).toBe(1);
    expect(stderr.split("\n").at(-2)).toBe(
      `The dataset ${dataset} exists but is not mounted at ${truenas().directory}: unlock or mount it, then run the update again.`,
    );
  });

  test("takes the place of an empty directory, and of no other", () => {
    mkdirSync(truenas().directory, { recursive: true });
    writeFileSync(join(truenas().directory, "positions"), "");
    const { status, stderr } = prepare(truenas());
    expect(status).toBe(1);
    expect(stderr).toContain("is a directory of another dataset: move it away");
    expect(made().join("\n")).not.toContain("pool.dataset.create");
    rmSync(join(truenas().directory, "positions"));
    expect(prepare(truenas()).status).toBe(0);
    expect(made().at(-1)).toContain("pool.dataset.create");
  });
});
