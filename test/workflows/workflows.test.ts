import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { repoDir } from "../../lab/paths.ts";
import packageJson from "../../package.json" with { type: "json" };

interface Step {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  if?: string;
  needs?: string | string[];
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  "runs-on": string;
  env?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  on: unknown;
  permissions: unknown;
  env?: unknown;
  jobs: Record<string, Job>;
}

const github = join(repoDir, ".github");
const files = readdirSync(join(github, "workflows"));
const textOf = (...path: string[]) => readFileSync(join(github, ...path), "utf8");
const texts = files.map((name) => textOf("workflows", name));
const setup = textOf("actions", "setup", "action.yml");
const workflows: Record<string, Workflow> = Object.fromEntries(
  files.map((name, index) => [name.replace(".yml", ""), parse(texts[index] ?? "")]),
);
const jobs = Object.entries(workflows).flatMap(([workflow, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ name: `${workflow}/${name}`, job })),
);

test("workflows run when they should", () => {
  const triggers = Object.entries(workflows).map(([name, { on }]) => [name, on]);
  expect(Object.fromEntries(triggers)).toEqual({
    preview: "pull_request",
    deploy: { push: { branches: ["main"] }, workflow_dispatch: null },
    release: { push: { branches: ["main"], paths: ["CHANGELOG.md"] } },
    drift: { schedule: [{ cron: "17 5 * * *" }], workflow_dispatch: null },
    rotate: { schedule: [{ cron: "41 6 * * 1" }], workflow_dispatch: null },
  });
});

test("every action is this repository's or pinned by one commit, with its version beside", () => {
  // An image runs with the rights of an action.
  const runs = /\b(?:uses|container|services|image)["']?\s*:.*$/gm;
  const used = [...texts, setup].flatMap((text) => text.match(runs) ?? []);
  const others = [...new Set(used)].filter((line) => line !== "uses: ./.github/actions/setup");
  expect(others.sort()).toEqual([
    expect.stringMatching(/^uses: actions\/checkout@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
    expect.stringMatching(/^uses: actions\/setup-node@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
    expect.stringMatching(/^uses: pulumi\/actions@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
  ]);
});

test("Node is that of package.json and the Pulumi CLI that of .pulumi.version", () => {
  const { runs } = parse(setup) as { runs: { steps: Step[] } };
  const inputs = Object.assign({}, ...runs.steps.map((step) => step.with ?? {}));
  expect(inputs["node-version"]).toBe(packageJson.devDependencies.node);
  const reads = runs.steps.find((step) => step.id === "pinned");
  expect(reads?.run).toBe('echo "pulumi=$(cat .pulumi.version)" >> "$GITHUB_OUTPUT"');
  expect(inputs["pulumi-version"]).toBe("${" + "{ steps.pinned.outputs.pulumi }}");
});

test.each(Object.entries(workflows))("%s gives nothing to all of its jobs", (_name, workflow) => {
  expect(workflow.permissions).toEqual({});
  expect(JSON.stringify(workflow.env ?? {})).not.toContain("secrets");
});

describe.each(jobs)("$name", ({ name, job }) => {
  test("may read, comment if it previews, tag if it releases, and keep schedules enabled", () => {
    const more: Record<string, object> = {
      "preview/preview": { "pull-requests": "write" },
      "release/tag": { contents: "write" },
      "rotate/keep-enabled": { actions: "write" },
    };
    expect(job.permissions).toEqual({ contents: "read", ...more[name] });
  });

  test("ends at some time, and leaves no credentials in a checkout", () => {
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
    const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkout?.with).toMatchObject({ "persist-credentials": false });
  });

  test("gives secrets to the one step that needs them, by its environment", () => {
    expect(JSON.stringify(job.env ?? {})).not.toContain("secrets");
    for (const { run = "" } of job.steps) expect(run).not.toContain("${{");
  });

  test("runs scripts that are there and can be run", () => {
    const runs = job.steps.map(({ run = "" }) => run).join("\n");
    for (const script of runs.match(/\.(github\/scripts|ci)\/[\w.-]+/g) ?? []) {
      accessSync(join(repoDir, script), script.endsWith(".ts") ? constants.R_OK : constants.X_OK);
    }
  });
});

test("a preview shows values in a private repository alone, unless a variable says otherwise", () => {
  const steps = workflows.preview?.jobs.preview?.steps ?? [];
  const preview = steps.find(({ run }) => run?.includes("preview.sh"));
  expect(preview?.env?.PREVIEW_VALUES).toBe(
    "$" + "{{ vars.PREVIEW_VALUES || github.event.repository.private }}",
  );
});

test("a fork's pull request gets tests, and no job that has a secret", () => {
  const { stacks, tests, ...others } = workflows.preview?.jobs ?? {};
  expect(stacks?.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
  expect(tests?.if).toBeUndefined();
  expect(tests?.["runs-on"]).toBe("ubuntu-24.04");
  expect(JSON.stringify(tests)).not.toMatch(/\bsecrets\b/);
  for (const [name, job] of Object.entries(others)) {
    // A job whose need was skipped is skipped, unless it says otherwise.
    expect([job.needs].flat(), name).toContain("stacks");
    expect(job.if, name).toBeUndefined();
  }
  // Which would run it with this repository's own token.
  expect(texts.join("\n")).not.toContain("pull_request_target");
});

test.each([
  ["deploy", "deploy"],
  ["drift", "drift"],
  ["rotate", "rotate"],
])(
  "%s reaches hosts from the environment %s, one at a time for each stack",
  (name, environment) => {
    expect(workflows[name]?.jobs[name]).toMatchObject({
      environment,
      "runs-on": "$" + "{{ vars.HOSTS_RUNNER || 'self-hosted' }}",
      concurrency: { group: "stack-$" + "{{ matrix.stack }}", "cancel-in-progress": false },
    });
  },
);

const reachHosts = ["deploy/deploy", "drift/drift", "rotate/rotate"];
test.each(jobs.filter(({ name }) => !reachHosts.includes(name)))(
  "$name has no way to a host",
  ({ job }) => {
    expect(job["runs-on"]).toBe("ubuntu-24.04");
    expect(job.environment).toBeUndefined();
    expect(JSON.stringify(job)).not.toContain("SSH_PRIVATE_KEY");
  },
);
