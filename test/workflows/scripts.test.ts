import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostStacks } from "../../cli/fleet/stack-files.ts";
import { hostProgram } from "../../lab/host-programs.ts";
import { repoDir } from "../../lab/paths.ts";
import { Job } from "./support/job.ts";

let job: Job;
beforeEach(() => {
  job = new Job();
});
afterEach(() => job[Symbol.dispose]());

const quiet = "--non-interactive --color never --suppress-progress";

describe("list-stacks.sh", () => {
  test("names the stacks that a fleet has, as JSON", () => {
    for (const name of readdirSync(repoDir).filter((file) => /^Pulumi\..+\.yaml$/.test(file))) {
      copyFileSync(join(repoDir, name), join(job.root, name));
    }
    const { status } = job.run("list-stacks.sh");
    expect(status).toBe(0);
    const [, names = ""] = /^names=(.+)\n$/.exec(job.read("output")) ?? [];
    const remote = hostStacks(repoDir).filter(({ local }) => !local);
    expect(JSON.parse(names)).toEqual(remote.map(({ name }) => name));
  });

  test("fails where there is none", () => {
    job.write(
      "Pulumi.local.yaml",
      "config:\n  grafana-alloy:host:\n    connection:\n      type: local\n",
    );
    expect(job.run("list-stacks.sh")).toMatchObject({
      status: 1,
      stderr: "No stack file Pulumi.<stack>.yaml here has a host with a connection of type ssh.\n",
    });
    expect(job.read("output")).toBe("");
  });
});

describe("preview.sh", () => {
  test.each([
    ["echo changes; echo warning >&2", 0, "changes\nwarning\n"],
    ["echo 'error: refused'; exit 255", 255, "error: refused\n"],
  ])("previews with the policy pack and keeps what was said: %s", (pulumi, status, said) => {
    job.program("pulumi", pulumi);
    expect(job.run("preview.sh", ["svlnas", "preview.log"])).toMatchObject({
      status,
      stdout: said,
    });
    expect(job.read("preview.log")).toBe(said);
    expect(job.calls()).toEqual([`pulumi preview --stack svlnas --policy-pack policy ${quiet}`]);
  });

  test.each([
    ["true", "--diff "],
    ["false", ""],
  ])("shows values only where it is told to: %s", (told, option) => {
    job.program("pulumi", "");
    job.run("preview.sh", ["svlnas", "preview.log"], { PREVIEW_VALUES: told });
    expect(job.calls()).toEqual([
      `pulumi preview --stack svlnas --policy-pack policy ${option}${quiet}`,
    ]);
  });
});

const verify = "npm run --silent verify -- --stack svlnas";
const up = `--policy-pack policy --yes ${quiet} --suppress-outputs`;
const deploy = `pulumi up --stack svlnas ${up}`;

test.each([
  ["", "", 0, [deploy, verify]],
  ["exit 255", "", 255, [deploy]],
  ["", "exit 1", 1, [deploy, verify]],
])("deploy.sh deploys, then verifies; pulumi: %j, verify: %j", (pulumi, npm, status, calls) => {
  job.program("pulumi", pulumi);
  job.program("npm", npm);
  expect(job.run("deploy.sh", ["svlnas"]).status).toBe(status);
  expect(job.calls()).toEqual(calls);
});

// What it rotates on a stack with Grafana Cloud is seen with the real engine: test/engine/rotation.test.ts.
test("rotate.sh leaves sinks of the stack's own alone", () => {
  job.program("pulumi");
  job.program("npm");
  job.write("Pulumi.svlnas.yaml", "config:\n  grafana-alloy:sinks:\n    metrics: {}\n");
  expect(job.run("rotate.sh", ["svlnas"])).toMatchObject({
    status: 0,
    stdout: "svlnas sends to sinks of its own: it has no tokens to rotate.\n",
  });
  expect(job.run("rotate.sh", ["--due", "svlnas"]).status).toBe(0);
  expect(job.read("output")).toBe("names=[]\n");
  expect(job.calls()).toEqual([]);
});

test("rotate.sh --due names the stacks with changes, and fails for one that can't be asked without keeping back others", () => {
  job.program(
    "pulumi",
    `case "$*" in
  *svlnas*) echo "error: no changes were expected but changes were proposed"; exit 255 ;;
  *broken*) echo "error: the state is locked"; exit 255 ;;
esac`,
  );
  const stacks = ["same", "broken", "svlnas"];
  for (const stack of stacks)
    job.write(`Pulumi.${stack}.yaml`, "config:\n  grafana-alloy:grafanaCloud:\n    stack: x\n");
  const { status, stdout } = job.run("rotate.sh", ["--due", ...stacks]);
  expect({ status, stdout }).toEqual({
    status: 1,
    stdout: `\
error: the state is locked
::error title=broken::whether a token is due can't be told, see above
names=["svlnas"]
`,
  });
  expect(job.read("output")).toBe('names=["svlnas"]\n');
});

test("keep-enabled.sh enables every workflow with a schedule, and fails where GitHub refuses", () => {
  const scheduled = readdirSync(join(repoDir, ".github/workflows")).filter((name) =>
    readFileSync(join(repoDir, ".github/workflows", name), "utf8").includes("schedule:"),
  );
  job.program("gh");
  expect(job.run("keep-enabled.sh").status).toBe(0);
  expect(job.calls()).toEqual(scheduled.map((name) => `gh workflow enable ${name}`));
  job.program("gh", "exit 1");
  expect(job.run("keep-enabled.sh").status).toBe(1);
});

test.each([
  ["", 0, ""],
  [
    "exit 1",
    1,
    "::error title=svlnas has drifted, or could not be asked::docs/workflows.md says what to do\n",
  ],
])("drift.sh asks the host; it: %j", (npm, status, stdout) => {
  job.program("npm", npm);
  expect(job.run("drift.sh", ["svlnas"])).toEqual({ status, stdout, stderr: "" });
  expect(job.calls()).toEqual(["npm run --silent drift -- --stack svlnas"]);
});

describe("with-ssh-key.sh", () => {
  beforeAll(async () => {
    await hostProgram("ssh-keygen");
  }, 120_000);

  function privateKey(): string {
    const file = join(job.root, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
    return job.read("key");
  }

  test("runs the command beside an agent with the key, which it does not see, and ends the agent", () => {
    const SSH_PRIVATE_KEY = privateKey();
    job.program("seen", 'ssh-add -l; echo "$SSH_AGENT_PID" > pid; env > env; exit 3');
    const { status, stdout, stderr } = job.run("with-ssh-key.sh", ["seen", "a b"], {
      SSH_PRIVATE_KEY,
    });
    expect(stderr).toContain("Identity added");
    expect({ status, stdout }).toEqual({
      status: 3,
      stdout: expect.stringMatching(/^256 SHA256:\S+ test \(ED25519\)\n$/),
    });
    expect(job.calls()).toEqual(["seen a b"]);
    expect(job.read("env")).not.toContain("PRIVATE");
    expect(stderr).toContain(`Agent pid ${job.read("pid").trim()} killed`);
  });

  test("says what is missing where there is no key", () => {
    job.program("seen");
    expect(job.run("with-ssh-key.sh", ["seen"], { SSH_PRIVATE_KEY: "" })).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "SSH_PRIVATE_KEY is empty: set it as a secret of the environment, docs/workflows.md says how.\n",
    });
    expect(job.run("with-ssh-key.sh", ["seen"], { SSH_PRIVATE_KEY: "no key" }).status).toBe(1);
    expect(job.calls()).toEqual([]);
  });
});

describe("release.sh", () => {
  const changelog =
    "# Changelog\n\n## v1.2.0 (2027-01-02)\n\n- new\n\n## v1.1.0 (2027-01-01)\n\n- old\n";
  const view = "gh release view v1.2.0";
  const create = "gh release create v1.2.0 --target 4711 --title v1.2.0 --notes-file -";
  const release = () => job.run("release.sh", [], { GITHUB_SHA: "4711" });

  test("releases the newest version with its own notes", () => {
    job.write("CHANGELOG.md", changelog);
    job.program("gh", '[ "$2" = create ] && cat');
    expect(release()).toEqual({ status: 0, stdout: "\n- new\n\n", stderr: "" });
    expect(job.calls()).toEqual([view, create]);
  });

  test("leaves one that is there", () => {
    job.write("CHANGELOG.md", changelog);
    job.program("gh");
    expect(release()).toMatchObject({ status: 0, stdout: "v1.2.0 is released already.\n" });
    expect(job.calls()).toEqual([view]);
  });

  test("fails where no version is named", () => {
    job.write("CHANGELOG.md", "# Changelog\n");
    const stderr = "CHANGELOG.md names no version: npm run changelog\n";
    expect(release()).toEqual({ status: 1, stdout: "", stderr });
  });
});

describe("audit.sh", () => {
  const skipped = (what: string, why: string) => `::warning title=skipped: ${what}::${why}\n`;
  const noDatabase = "govulncheck: fetching vulnerabilities: no such host";
  const unreached =
    "echo npm error audit endpoint returned an error; echo npm error A complete log of this run; exit 1";
  const known =
    "GO-1\n::warning title=govulncheck alloy::has known weaknesses, see above; a newer version is in a pull request of Renovate\n";

  test.each([
    ["", "exit 0", 0, ""],
    ["echo found 1 high; exit 1", "exit 0", 1, "found 1 high\n"],
    [unreached, "exit 0", 0, skipped("npm audit", "npm error audit endpoint returned an error")],
    ["", "echo GO-1; exit 3", 0, known],
    ["", `echo ${noDatabase} >&2; exit 1`, 0, skipped("govulncheck alloy", noDatabase)],
  ])("npm: %j, govulncheck: %j", (npm, govulncheck, status, stdout) => {
    job.program("npm", npm);
    job.program("scanner", govulncheck);
    job.program("go", `cp "${join(job.root, "scanner")}" "$GOBIN/govulncheck"`);
    const end = job.run("audit.sh", ["/cache/bin/alloy"]);
    expect(end).toEqual({ status, stdout, stderr: "" });
  });

  test("names what it skips where the scanner itself can't be had", () => {
    job.program("npm");
    job.program("go", "echo no route >&2; exit 1");
    const { status, stdout } = job.run("audit.sh", ["/cache/bin/alloy", "/cache/bin/pulumi"]);
    expect(status).toBe(0);
    expect(stdout).toBe(
      skipped("govulncheck alloy", "no route") + skipped("govulncheck pulumi", "no route"),
    );
  });
});
