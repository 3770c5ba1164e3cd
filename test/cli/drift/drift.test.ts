import { hash } from "node:crypto";
import { mkdirSync, symlinkSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { command } from "../../../cli/drift/command.ts";
import { type Declared, declaredOf } from "../../../cli/drift/declared.ts";
import { observeScript, parseObserved } from "../../../cli/drift/observed.ts";
import type { Row } from "../../../cli/drift/row.ts";
import { tokenEnds } from "../../../components/files/token-ends.ts";
import { scriptRunner } from "../../../host-shell/shell.ts";
import { unpackFiles } from "../../../pipelines/alloy-bundle.ts";
import { commandOf } from "../../support/commands.ts";
import type { ProgramRun } from "../../support/mock-program.ts";
import { stackRun } from "../../support/stack-runs.ts";
import { printing } from "../support/printing.ts";
import { exportOf } from "./support/export.ts";
import { SimulatedHost } from "./support/simulated-host.ts";

let program: ProgramRun;
let declared: Declared;
beforeAll(async () => {
  program = await stackRun("svlnas");
  declared = declaredOf("svlnas", exportOf("svlnas", program));
});

/** What the file with the tokens' ends does not hold. */
const unsaid = { renewDays: 0, renew: "" };
const secrets = {
  "github-token": "github_pat_secret",
  "logs-password": "glc_host-secret",
  "metrics-password": "glc_host-secret",
  "tokens.prom": tokenEnds([
    { name: "Grafana Cloud, the host's", expiresAt: "2027-01-01T00:00:00Z", ...unsaid },
    { name: "Grafana Cloud, verify's", expiresAt: "2027-01-01T00:00:00Z", ...unsaid },
    { name: "GitHub", expiresAt: "2099-01-31T12:00:00Z", ...unsaid },
  ]),
};

describe("what was deployed", () => {
  test("is taken from the stack's state, without the secrets themselves", () => {
    const service = "/mnt/vm-pool/apps/services/alloy";
    expect(declared).toMatchObject({
      route: { host: "ssh://root@svlnas:22", sshOptions: expect.arrayContaining(["-o"]) },
      // By reference: an image that was pruned can't be pulled by its id.
      helperImage: expect.stringMatching(/^docker\.io\/library\/busybox:/),
      config: {
        directory: `${service}/config`,
        version: program.outputs.configVersion,
        files: { "journal.alloy": expect.stringMatching(/^\w{64}$/) },
      },
      secrets: {
        directory: `${service}/secrets`,
        owner: "3125:3125",
        files: Object.fromEntries(
          Object.entries(secrets).map(([name, text]) => [name, hash("sha256", text)]),
        ),
      },
    });
    const containers = declared.containers.map(({ name, runs, pids }) => [name, runs, pids?.limit]);
    expect(containers.sort()).toEqual([
      ["alloy", true, 200],
      ["alloy-docker-proxy", true, 50],
      ["alloy-init", false, 50],
    ]);
    expect(JSON.stringify(declared)).not.toMatch(/github_pat_secret|glc_host-secret/);
  });

  test.each([
    JSON.stringify({ version: 3, deployment: {} }),
    JSON.stringify({ deployment: { resources: [{ urn: "x", type: "pulumi:pulumi:Stack" }] } }),
  ])("is missing: %s", (text) => {
    expect(() => declaredOf("svlnas", text)).toThrow(
      "Stack svlnas has nothing deployed to compare a host with: `pulumi up --stack svlnas` deploys it.",
    );
  });
});

describe("a host", () => {
  let host: SimulatedHost;
  beforeEach(() => {
    const { data } = commandOf(program.named("alloy-files-config"));
    host = new SimulatedHost(declared, { config: unpackFiles(data), secrets });
  });
  afterEach(() => host[Symbol.dispose]());

  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB runner@ci";
  const keys: Record<string, string> = { "drift.pub": `${key}\n`, drift: "-----BEGIN" };

  /** Runs the command; answers exit code and what was printed. */
  async function run(args: string[] = []) {
    const { console, printed } = printing();
    const code = await command(["--stack", "svlnas", ...args], {
      ...console,
      declared: async () => host.declared,
      read: async (path) => keys[path] ?? "",
      run: (_route, { script }) => host.run(script),
    });
    return { code, ...printed };
  }

  /** All rows of a look at the host, and the exit code. */
  async function look() {
    const { code, out, err } = await run(["--json"]);
    expect(err).toBe("reading what svlnas deployed\nlooking at ssh://root@svlnas:22\n");
    return { code, out, rows: JSON.parse(out) as Row[] };
  }

  test("that is as deployed: 0, and a table; seen by one container, which can only read", async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toMatch(/^\nwhat +compared +state\n/);
    expect(out).toMatch(/\ncontainer alloy +PID limit +same\n/);
    expect(out).toMatch(/\n18 as deployed\n$/);
    expect(host.looked()).toEqual([
      `${declared.helperImage} with DAC_READ_SEARCH in ${host.path("config")} and ${host.path("secrets")}`,
    ]);
    expect((await look()).rows.at(-1)).toEqual({
      ...{ what: "secrets", aspect: "files", state: "same", drift: [], repair: null },
    });
  });

  test("that drifted: 1, and below the row what differs and what repairs it", async () => {
    host.container("alloy", { pidLimit: 0 });
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toMatch(
      /\ncontainer alloy +PID limit +drifted\n {4}is none, not 200\n {4}pulumi up --stack svlnas --replace 'urn:pulumi:svlnas::grafana-alloy::command:remote:Command::alloy-pid-limit'\n/,
    );
    expect(out).toMatch(/\n17 as deployed, 1 drifted\n$/);
  });

  const version = () => declared.config.version;
  const envOfProxy = [...["PATH=/bin", "POST=1", "RULES_VERSION=other", "TOKEN=glc_x"]];

  test.each<[what: string, (host: SimulatedHost) => void, drifted: string[], repair: string]>([
    [
      "without a container",
      (host) => host.remove("containers/alloy"),
      ["container alloy, existence: is not on the host"],
      "--refresh",
    ],
    [
      "whose container was recreated by hand, and has ended",
      (host) => host.container("alloy", { id: "other", running: false }),
      ["container alloy, existence: is not the container that was deployed; does not run"],
      "--refresh",
    ],
    [
      "whose container got other limits and networks while it ran",
      (host) =>
        host.container("alloy", {
          memory: 0,
          restart: "always",
          networks: ["x", "alloy-backend", "alloy-frontend", "outline-backend"],
        }),
      [
        "container alloy, memory, restart, networks: memory limit is none, not 512 MB; restart policy is always, not unless-stopped; is in the network x, too; is not in the network immich-backend",
      ],
      "--refresh",
    ],
    ["whose one-shot container was pruned", (host) => host.remove("containers/alloy-init"), [], ""],
    [
      "whose one-shot container still runs",
      (host) => host.container("alloy-init", { running: true }),
      [],
      "",
    ],
    [
      "with another environment",
      (host) => host.container("alloy-docker-proxy", { env: envOfProxy }),
      [
        "container alloy-docker-proxy, environment: POST was added; RULES_VERSION was changed; TOKEN was added",
      ],
      "alloy-socket-proxy-container",
    ],
    [
      "with other labels; those of an image are its own",
      (host) => {
        host.image("alloy-init", ["A=1"], { maintainer: "x" });
        const labels = { "grafana-alloy.stack": "other", maintainer: "x" };
        host.container("alloy-init", { env: ["A=1"], labels });
      },
      ["container alloy-init, labels: grafana-alloy.stack was changed"],
      "alloy-init-container",
    ],
    [
      "whose container has neither variables nor labels",
      (host) => {
        host.image("alloy-init", null, null);
        host.container("alloy-init", { env: null, labels: null });
      },
      ["container alloy-init, labels: grafana-alloy.stack is missing"],
      "alloy-init-container",
    ],
    ...[null, -1, 4096].map(
      (pidLimit): [string, (host: SimulatedHost) => void, string[], string] => [
        `with a PID limit of ${pidLimit}`,
        (host) => host.container("alloy", { pidLimit }),
        [`container alloy, PID limit: is ${pidLimit === 4096 ? 4096 : "none"}, not 200`],
        "alloy-pid-limit",
      ],
    ),
    [
      "with files that were edited, removed and added",
      (host) => {
        host.configFile("host.alloy", "// edited on the host\n");
        host.configFile("mine.alloy", "// added on the host\n");
        host.configFile(".mine.alloy", "// added on the host\n");
        host.remove(`config/versions/${version()}/self.alloy`);
      },
      [
        "configuration, files: .mine.alloy was added; host.alloy was changed; mine.alloy was added; self.alloy is missing",
      ],
      "alloy-files-config",
    ],
    [
      "with another version in use",
      (host) => {
        mkdirSync(host.path("config/versions/0123456789ab"));
        host.remove("config/current");
        symlinkSync("versions/0123456789ab", host.path("config/current"));
      },
      ["configuration, version: is 0123456789ab, not VERSION; 0123456789ab is installed beside it"],
      "alloy-files-config",
    ],
    [
      "with no version in use",
      (host) => host.remove("config/current"),
      ["configuration, version: is none, not VERSION"],
      "alloy-files-config",
    ],
    [
      "with secrets that were changed, removed, added and opened",
      (host) => {
        host.secret("metrics-password", "glc_other", 0o444);
        host.remove("secrets/logs-password");
        host.secret(".hidden", "glc_hidden");
      },
      [
        "secrets, files: .hidden was added; logs-password is missing; metrics-password was changed; metrics-password has mode 444, not 400",
      ],
      "alloy-files-secret-logs-password alloy-files-secret-metrics-password",
    ],
    [
      "whose secrets belong to someone else",
      (host) => host.write("owner", "0:0"),
      [
        `secrets, files: ${Object.keys(secrets)
          .map((name) => `${name} belongs to 0:0, not 3125:3125`)
          .join("; ")}`,
      ],
      Object.keys(secrets)
        .map((name) => `alloy-files-secret-${name}`)
        .join(" "),
    ],
  ])(
    "%s: what differs, without values, and what repairs it",
    async (_, change, drifted, repair) => {
      change(host);
      const { code, out, rows } = await look();
      const found = rows.filter(({ state }) => state === "drifted");
      expect(
        found.map(({ what, aspect, drift }) => `${what}, ${aspect}: ${drift.join("; ")}`),
      ).toEqual(
        drifted.map((line) =>
          line.replace("VERSION", line.startsWith("configuration") ? version() : "VERSION"),
        ),
      );
      const repairs = found.map((row) =>
        (row.repair ?? "").replace("pulumi up --stack svlnas ", ""),
      );
      const names = repairs.map((text) => text.replace(/--replace '\S+::(\S+)'/g, "$1"));
      expect(names).toEqual(drifted.map(() => repair));
      expect(code).toBe(drifted.length > 0 ? 1 : 0);
      expect(out).not.toContain("glc_");
    },
  );

  describe("with a key that may look for drift alone", () => {
    const keyLine = async () => (await run(["--key", "drift.pub"])).out;

    test("answers the same, whatever script it is sent", async () => {
      const line = await keyLine();
      expect(line).toMatch(new RegExp(`^restrict,command="[^"\\n]+" ${key}\n$`));
      const answer = await host.logIn(line, scriptRunner("drift"));
      expect(answer).toBe(await host.run(observeScript(host.declared)));
    });

    test.each([
      "",
      "docker system dial-stdio",
      scriptRunner("alloy-accepted"),
      `${scriptRunner("drift")}; docker ps`,
    ])("refuses %j", async (command) => {
      await expect(host.logIn(await keyLine(), command)).rejects.toThrow(
        "1: This key may only do what npm run drift does.",
      );
    });

    test.each(["drift", "missing.pub"])("takes no %s for a key: 2", async (file) => {
      const { code, err } = await run(["--key", file]);
      expect(code).toBe(2);
      expect(err).toContain("drift: --key must name the file of one public key\n");
    });
  });

  test("without the directory of the secrets is not given one: 1 and one sentence", async () => {
    host.remove("secrets");
    const { code, out, err } = await run();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /\ndrift: ssh:\/\/root@svlnas:22 could not be checked: 125: .+bind source path does not exist/,
    );
  });
});

test("what a host answers that nothing knows is no silence", () => {
  expect(() => parseObserved("current\tversions/x\nsurprise\n")).toThrow(
    "The host gave an unknown answer: surprise. If its key may do nothing but this: --key prints its new line.",
  );
});
