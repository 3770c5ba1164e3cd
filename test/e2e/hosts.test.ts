import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import type { Connection } from "../../config/schema.ts";
import { scriptOutput } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { overSsh, withSimulatedCloud } from "../../lab/settings.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import { outputsOf, type StackSettings } from "../../lab/stack.ts";
import { LAB_NETWORK } from "../../lab/world/sinks.ts";
import { TRAEFIK } from "../../lab/world/stand-ins.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { arrived } from "../support/arrived.ts";
import { doctorOf, doctorOfSettings } from "./support/doctor.ts";
import { driftOf, driftPrints, refreshSeesNothing } from "./support/drift.ts";
import { fastPipelines } from "./support/fast-pipelines.ts";
import {
  applyPermissions,
  checkoutStatus,
  directoryInCheckout,
  foreignDirectory,
} from "./support/host-directories.ts";
import {
  emptyLab,
  expectNothingLeft,
  removeTraefik,
  settingsOf,
  stateFile,
  type TestLab,
} from "./support/lab.ts";
import { expectNoSecret, recordedUp } from "./support/recorded-up.ts";
import { expectService } from "./support/service.ts";
import { socketProxyTests } from "./support/socket-proxy-suite.ts";

let lab: TestLab;
let sshd: Sshd;
/** As they are but for their intervals: 10 s stand for a minute. */
let pipelines: string;

beforeAll(async () => {
  lab = await emptyLab();
  sshd = await startSshd(lab.docker);
  pipelines = await fastPipelines(pipelineDirectory, 10);
});

afterAll(async () => {
  await rm(pipelines, { recursive: true });
  await sshd.stop();
  await lab.close();
});

const completed = (given: StackSettings) => withSimulatedCloud(overSsh(given, sshd), lab.cloud);

const hosts = [
  {
    name: "svlnas",
    ui: "https://alloy.example.org",
    externalNetworks: ["immich-backend", "outline-backend"],
    resources: 35,
    tokens: ["GitHub", "Grafana Cloud, the host's", "Grafana Cloud, verify's"],
  },
  {
    name: "svlazext",
    ui: "https://alloy-ext.example.org",
    externalNetworks: [],
    resources: 32,
    tokens: ["Grafana Cloud, the host's", "Grafana Cloud, verify's"],
  },
];

describe.each(hosts)("$name over SSH, with a simulated Grafana Cloud", (host) => {
  const all = () => host.resources + 3;
  let settings: StackSettings;
  let stack: Stack;
  let directory: string;
  /** The git work tree around it, if any. */
  let checkout: string | undefined;
  let recorded: Awaited<ReturnType<typeof recordedUp>>;

  beforeAll(async () => {
    settings = await settingsOf(lab, host.name, completed);
    if (host.name === "svlnas") {
      checkout = join(lab.facts.hostDirectory, "checkout");
      settings = inDirectory(settings, await directoryInCheckout(checkout));
    }
    directory = (settings.host as { directory: string }).directory;
  });

  afterAll(async () => {
    if (checkout) await rm(checkout, { recursive: true });
  });

  test("is previewed without a route to it", async () => {
    const away = await lab.stack(host.name, overSsh(settings, { ...sshd, port: 1 }), pipelines);
    expect((await away.preview()).changeSummary).toEqual({ create: all() });
  });

  test("deploys", async () => {
    stack = await lab.stack(host.name, settings, pipelines);
    recorded = await recordedUp(stack);
    expect(recorded.changes).toEqual({ create: all() });
    const { hostName, ui } = await outputsOf(stack);
    expect([hostName, ui]).toEqual([host.name, host.ui]);
    await joinFrontend(lab.docker);
  });

  test("runs the three containers as docs/service.md describes them", () =>
    expectService(lab, { ...host, directory }));

  test("passes the two checks of docs/service.md", async () => {
    const up = `up{job="alloy",host="${host.name}"} == 1`;
    const lines = `{host="${host.name}",job="docker"}`;
    await arrived(up, 180, () => queryMetrics(lab.world.metrics, up));
    await arrived(lines, 180, () => queryLogs(lab.world.logs, lines, { limit: 1 }));
  });

  test("tells as series when its tokens end", async () => {
    const ends = `host_token_expiry_timestamp_seconds{host="${host.name}"} > time()`;
    // Another file's host of this name may have told of fewer within the last 5 min.
    const found = await arrived(ends, 180, async () => {
      const told = await queryMetrics(lab.world.metrics, ends);
      return told.length < host.tokens.length ? [] : told;
    });
    const own = { job: "integrations/node_exporter", instance: host.name, host: host.name };
    const labels = found.map(({ labels: { __name__, ...rest } }) => rest);
    expect(labels).toEqual(expect.arrayContaining(host.tokens.map((token) => ({ ...own, token }))));
    expect(labels).toHaveLength(host.tokens.length);
  });

  test("changes nothing the second time", async () => {
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: all() });
  });

  test("is found well by the doctor, who reads its settings from the CLI", async () => {
    const { code, out, err } = await doctorOf(stack);
    expect(out).toMatch(/\njournal +\/\S+, GID \d+ +ok\n/);
    expect(out).toMatch(/\n\d+ ok\n$/);
    expect({ code, err }).toEqual({
      code: 0,
      err: `reading the configuration of ${host.name}\nchecking the host ${host.name}\n`,
    });
  });

  test("shows no secret: inspect, process list, engine's output, state file", async () => {
    expect(recorded.commandLines).toContain("docker system dial-stdio");
    const token = await readFile(join(directory, "secrets", "metrics-password"), "utf8");
    const key = (await readFile(sshd.privateKeyFile, "utf8")).split("\n")[2] ?? "";
    await expectNoSecret(lab, recorded, [token, lab.cloud.bootstrapToken, key]);
  });

  if (host.name === "svlnas") {
    test("shows the drift that a refresh can't see, and is repaired by what that advises", async () => {
      const { configVersion } = await outputsOf(stack);
      const inVersion = (file: string) =>
        join(directory, "config", "versions", `${configVersion}`, file);
      await lab.client.getContainer("alloy").update({ PidsLimit: 4096 });
      await appendFile(inVersion("self.alloy"), "// mine\n");
      await writeFile(inVersion("mine.alloy"), "// mine\n");
      // As `docker system prune` does; it is missed by nothing.
      await lab.client.getContainer("alloy-init").remove();
      await writeFile(join(directory, "secrets", "metrics-password"), "glc_of-someone-else");
      await refreshSeesNothing(stack);
      const { code, drifted, replace } = await driftOf(stack);
      expect({ code, drifted }).toEqual({
        code: 1,
        drifted: [
          "container alloy, PID limit: is 4096, not 200",
          "configuration, files: mine.alloy was added; self.alloy was changed",
          "secrets, files: metrics-password was changed",
        ],
      });
      await stack.up({ replace });
      expect(await driftOf(stack)).toEqual({ code: 0, drifted: [], replace: [] });
    });

    test("a key that may look for drift alone does that and nothing else", async () => {
      const { out } = await driftPrints(stack, "--key", `${sshd.privateKeyFile}.pub`);
      const route = routeTo((settings.host as { connection: Connection }).connection);
      const run = (name: string) =>
        scriptOutput(route, { name, script: "docker ps", timeout: 30_000 });
      await sshd.authorize(out);
      try {
        expect(await driftOf(stack)).toEqual({ code: 0, drifted: [], replace: [] });
        await expect(run("ps")).rejects.toThrow("This key may only do what npm run drift does.");
        expect(await run("drift")).toMatch(/^container\t/);
      } finally {
        await sshd.authorize();
      }
      expect(await run("ps")).toContain("alloy-docker-proxy");
    });

    socketProxyTests(() => lab);

    test("leaves a checkout around its directory clean", async () => {
      expect(await checkoutStatus(checkout ?? "")).toBe("");
    });

    test("permissions that were applied anew are put right by the next update", async () => {
      const secret = join(directory, "secrets", "metrics-password");
      const undo = await applyPermissions(directory);
      try {
        await stack.up();
        const { uid, mode } = await stat(secret);
        expect([uid, mode & 0o777]).toEqual([3125, 0o400]);
        const rules = await stat(join(directory, "socket-proxy", "haproxy.cfg"));
        expect([rules.uid, rules.mode & 0o777]).toEqual([0, 0o644]);
      } finally {
        await undo();
      }
    });
  }

  if (host.name === "svlazext") {
    test("moves to another directory, and leaves no token in the old one", async () => {
      const old = directory;
      directory = `${old}-moved`;
      settings = inDirectory(settings, directory);
      await (await lab.stack(host.name, settings, pipelines)).up();
      expect(await readdir(old)).toEqual(["data"]);
      expect(await readdir(join(directory, "secrets"))).toContain("metrics-password");
      await rm(old, { recursive: true });
    });
  }

  test("is destroyed without a rest but the state, once Traefik has left", async () => {
    // It was in there all the time, whatever was tried above.
    const frontend = await lab.client.getNetwork("alloy-frontend").inspect();
    expect(Object.values(frontend.Containers ?? {}).map(({ Name }) => Name)).toContain(TRAEFIK);
    stack = await lab.stack(host.name, settings, pipelines);
    await removeTraefik(lab);
    await stack.destroy();
    await expectNothingLeft(lab);
    expect(await readdir(directory)).toEqual(["data"]);
  });
});

describe("a host that lacks three things", () => {
  const set = (path: string, value: string) =>
    `pulumi config set --stack svlnas --path 'grafana-alloy:${path}' ${value}`;
  let settings: StackSettings;
  beforeAll(async () => {
    settings = structuredClone(await settingsOf(lab, "svlnas", completed));
    const { host, postgres } = settings as {
      host: { journal: { gid: number } };
      postgres: [{ network: string }];
    };
    host.journal.gid = 4711;
    postgres[0].network = "nowhere";
    settings.networks = { frontendSubnet: "172.30.200.0/29" };
  });

  test("is told all of it at once by the doctor", async () => {
    const { code, out } = await doctorOfSettings("svlnas", settings);
    expect(code).toBe(1);
    const { gid } = lab.facts.journal;
    for (const line of [
      `host.journal.gid: is 4711, but on this host the group ${gid} reads the journal`,
      set("host.journal.gid", `${gid}`),
      `networks.frontendSubnet: 172.30.200.0/29 is taken on svlnas by the Docker network ${LAB_NETWORK.name} (${LAB_NETWORK.subnet})`,
      "postgres[0].network: names the Docker network nowhere, which does not exist on svlnas",
    ]) {
      expect(out).toContain(`    ${line}\n`);
    }
    expect(out).toMatch(/ 3 to fix\n$/);
  });

  test("is not deployed to: the update says the same, and changes nothing on the host", async () => {
    const output: string[] = [];
    const stack = await lab.stack("svlnas", settings);
    const { directory } = settings.host as { directory: string };
    const files = async () => (existsSync(directory) ? readdir(directory) : []);
    const before = await files();
    const updated = stack.up({ onOutput: (text) => void output.push(text) });
    await expect(updated).rejects.toThrow("Host svlnas: 3 faults");
    expect(output.join("")).toContain(set("host.journal.gid", `${lab.facts.journal.gid}`));
    await expectNothingLeft(lab);
    expect(await files()).toEqual(before);
    const commands = (await stateFile("svlnas")).matchAll(/:Command::([\w.-]+)"/g);
    // The sinks are asked from this machine, beside the host.
    const made = [...commands].map(([, name]) => name).filter((name) => name !== "alloy-sinks");
    expect(made).toEqual([]);
    await stack.destroy();
  });
});

describe("a host whose directories belong to another user", () => {
  test("is deployed to, and looked at for drift", async () => {
    const root = await mkdtemp(join(tmpdir(), "host-"));
    const directory = await foreignDirectory(root);
    const settings = inDirectory(await settingsOf(lab, "svlazext", completed), directory);
    const stack = await lab.stack("svlazext", settings, pipelines);
    try {
      await stack.up();
      expect(await driftOf(stack)).toEqual({ code: 0, drifted: [], replace: [] });
    } finally {
      await stack.destroy();
      await rm(root, { recursive: true });
    }
  });
});

function inDirectory(settings: StackSettings, directory: string): StackSettings {
  return { ...settings, host: { ...(settings.host as object), directory } };
}
