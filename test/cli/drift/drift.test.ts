import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compare } from "../../../cli/drift/compare.ts";
import { type Declared, declaredOf, sha256 } from "../../../cli/drift/declared.ts";
import { observeScript, parseObserved } from "../../../cli/drift/observed.ts";
import type { Row } from "../../../cli/drift/row.ts";
import { tokenEnds } from "../../../components/files/token-ends.ts";
import { unpackFiles } from "../../../pipelines/alloy-bundle.ts";
import { commandOf } from "../../support/commands.ts";
import type { ProgramRun } from "../../support/mock-program.ts";
import { stackRun } from "../../support/stack-runs.ts";
import { exportOf } from "./support/export.ts";
import { SimulatedHost } from "./support/simulated-host.ts";

let run: ProgramRun;
let declared: Declared;
beforeAll(async () => {
  run = await stackRun("svlnas");
  declared = declaredOf("svlnas", exportOf("svlnas", run));
});

const data = (name: string) => commandOf(run.named(name)).data;
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
const urn = (type: string, name: string) => `urn:pulumi:svlnas::grafana-alloy::${type}::${name}`;
const container = "docker:index/container:Container";
const command = "command:remote:Command";

describe("what was deployed", () => {
  test("is taken from the stack's state", () => {
    const { route, containers, helperImage, config, secrets: files } = declared;
    expect(route.host).toBe("ssh://root@svlnas:22");
    expect(route.sshOptions.slice(0, 2)).toEqual(["-o", "BatchMode=yes"]);
    expect(containers.map(({ name, runs, pids }) => [name, runs, pids?.limit])).toEqual(
      expect.arrayContaining([
        ["alloy", true, 200],
        ["alloy-docker-proxy", true, 50],
        ["alloy-init", false, 50],
      ]),
    );
    expect(helperImage).toContain("busybox");
    expect(config.directory).toBe("/mnt/vm-pool/apps/services/alloy/config");
    expect(config.version).toBe(run.outputs.configVersion);
    expect(Object.keys(config.files)).toContain("journal.alloy");
    expect(files).toMatchObject({
      directory: "/mnt/vm-pool/apps/services/alloy/secrets",
      owner: "3125:3125",
      files: Object.fromEntries(
        Object.entries(secrets).map(([name, text]) => [name, sha256(text)]),
      ),
    });
  });

  test("holds no secret", () => {
    for (const secret of Object.values(secrets)) {
      expect(JSON.stringify(declared)).not.toContain(secret);
    }
  });

  test.each([
    JSON.stringify({ version: 3, deployment: {} }),
    JSON.stringify({ deployment: { resources: [{ urn: "x", type: "pulumi:pulumi:Stack" }] } }),
  ])("is told to be missing: %s", (text) => {
    expect(() => declaredOf("svlnas", text)).toThrow(
      "Stack svlnas has nothing deployed that a host could be compared with: `pulumi up --stack svlnas` deploys it.",
    );
  });
});

describe("a host", () => {
  let host: SimulatedHost;
  let last: Row[];
  beforeEach(() => {
    host = new SimulatedHost(declared, {
      config: unpackFiles(data("alloy-files-config")),
      secrets,
    });
  });
  afterEach(() => host[Symbol.dispose]());

  /** All rows of a look at the host. */
  function rows(): Row[] {
    const { status, stdout, stderr } = host.run(observeScript(host.declared));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    last = compare("svlnas", host.declared, parseObserved(stdout));
    return last;
  }
  /** What drifted, each as `what, aspect: phrases`. */
  const drifted = () =>
    rows()
      .filter(({ state }) => state === "drifted")
      .map(({ what, aspect, drift }) => `${what}, ${aspect}: ${drift.join("; ")}`);
  /** What that look advises. */
  const repairs = () => last.flatMap(({ repair }) => repair ?? []);

  test("that is as deployed has no drift", () => {
    const all = rows();
    expect(all.filter(({ state }) => state !== "same")).toEqual([]);
    expect(all.map(({ what, aspect }) => `${what}, ${aspect}`)).toEqual([
      ...declared.containers.flatMap(({ name }) =>
        ["existence", "environment", "labels", "PID limit"].map(
          (aspect) => `container ${name}, ${aspect}`,
        ),
      ),
      "configuration, version",
      "configuration, files",
      "secrets, files",
    ]);
  });

  test("is looked at by containers that see no more than they must", () => {
    rows();
    expect(host.looked()).toEqual([
      `${declared.helperImage} as root in ${host.path("config")}`,
      `${declared.helperImage} as 3125:3125 in ${host.path("secrets")}`,
    ]);
  });

  test("without a container", () => {
    rmSync(host.path("containers/alloy"));
    expect(drifted()).toEqual(["container alloy, existence: is not on the host"]);
    expect(repairs()).toEqual(["pulumi up --stack svlnas --refresh"]);
  });

  test("whose container was made anew by hand, and has ended", () => {
    host.change("alloy", { id: "other", running: false });
    expect(drifted()).toEqual([
      "container alloy, existence: is another container than the one that was deployed; does not run",
    ]);
  });

  test("whose one-shot container has ended is as deployed, and one that runs is too", () => {
    host.change("alloy-init", { running: true });
    expect(drifted()).toEqual([]);
  });

  test("with another environment, told without its values", () => {
    host.change("alloy-docker-proxy", {
      env: [
        "PATH=/bin",
        "CONTAINERS=1",
        "EVENTS=1",
        "INFO=1",
        "NETWORKS=1",
        "POST=1",
        "PING=1",
        "TOKEN=glc_x",
      ],
    });
    expect(drifted()).toEqual([
      "container alloy-docker-proxy, environment: POST was changed; TOKEN was added; VERSION is missing",
    ]);
    expect(JSON.stringify(last)).not.toContain("glc_x");
    expect(repairs()).toEqual([
      `pulumi up --stack svlnas --replace '${urn(container, "alloy-socket-proxy-container")}'`,
    ]);
  });

  test("with other labels; those of an image are its own", () => {
    host.write("images/image-of-alloy-init", '{"env":["A=1"],"labels":{"maintainer":"x"}}');
    host.change("alloy-init", {
      env: ["A=1"],
      labels: { "com.docker.compose.project": "other", maintainer: "x" },
    });
    expect(drifted()).toEqual([
      "container alloy-init, labels: com.docker.compose.project was changed; com.docker.compose.service is missing",
    ]);
  });

  test("whose containers have neither variables nor labels", () => {
    host.write("images/image-of-alloy", '{"env":null,"labels":null}');
    host.change("alloy", { env: null, labels: null });
    expect(drifted().map((line) => line.split(":")[0])).toEqual(["container alloy, labels"]);
  });

  test.each([
    [null, "none"],
    [0, "none"],
    [-1, "none"],
    [4096, "4096"],
  ])("with a PID limit of %j", (pidLimit, shown) => {
    host.change("alloy", { pidLimit });
    expect(drifted()).toEqual([`container alloy, PID limit: is ${shown}, not 200`]);
    expect(repairs()).toEqual([
      `pulumi up --stack svlnas --replace '${urn(command, "alloy-pid-limit")}'`,
    ]);
  });

  test("with files that were edited, removed and added", () => {
    host.configFile("host.alloy", "// edited on the host\n");
    host.configFile("mine.alloy", "// added on the host\n");
    rmSync(host.path(`config/versions/${declared.config.version}/self.alloy`));
    expect(drifted()).toEqual([
      "configuration, files: host.alloy was changed; mine.alloy was added; self.alloy is missing",
    ]);
    expect(repairs()).toEqual([
      `pulumi up --stack svlnas --replace '${urn(command, "alloy-files-config")}'`,
    ]);
  });

  test("with another version in use", () => {
    mkdirSync(host.path("config/versions/0123456789ab"));
    rmSync(host.path("config/current"));
    symlinkSync("versions/0123456789ab", host.path("config/current"));
    const { version } = declared.config;
    expect(drifted()).toEqual([
      `configuration, version: is 0123456789ab, not ${version}; 0123456789ab is installed beside it`,
    ]);
    rmSync(host.path("config"), { recursive: true });
    mkdirSync(host.path("config"));
    expect(drifted()[0]).toBe(`configuration, version: is none, not ${version}`);
  });

  test("with secrets that were changed, removed, added and opened", () => {
    host.secret("metrics-password", "glc_other", 0o444);
    rmSync(host.path("secrets/logs-password"));
    host.secret(".hidden", "glc_hidden");
    expect(drifted()).toEqual([
      "secrets, files: .hidden was added; logs-password is missing; metrics-password was changed; " +
        "metrics-password has mode 444, not 400",
    ]);
    const replace = (name: string) => ` --replace '${urn(command, `alloy-files-secret-${name}`)}'`;
    expect(repairs()).toEqual([
      `pulumi up --stack svlnas${replace("metrics-password")}${replace("logs-password")}`,
    ]);
  });

  test("whose secrets belong to someone else", () => {
    host.write("owner", "0:0");
    const whose = Object.keys(secrets).map((name) => `${name} belongs to 0:0, not 3125:3125`);
    expect(drifted()).toEqual([`secrets, files: ${whose.join("; ")}`]);
  });

  test("without the directory is not given one", () => {
    rmSync(host.path("secrets"), { recursive: true });
    const { status, stderr } = host.run(observeScript(host.declared));
    expect(status).toBe(125);
    expect(stderr).toContain("bind source path does not exist");
  });
});

test("what a host answers that nothing knows is no silence", () => {
  expect(() => parseObserved("current versions/x\nsurprise\n")).toThrow(
    "The host answered what is not known: surprise",
  );
});
