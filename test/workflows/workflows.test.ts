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
  concurrency?: { group: string; "cancel-in-progress": boolean };
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
const texts = Object.fromEntries(
  readdirSync(join(github, "workflows")).map((name) => [
    name.replace(".yml", ""),
    readFileSync(join(github, "workflows", name), "utf8"),
  ]),
);
const workflows = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, parse(text) as Workflow]),
);
const setupFile = join(github, "actions", "setup", "action.yml");
const setup = readFileSync(setupFile, "utf8");
const jobsOf = (workflow: Workflow | undefined) => Object.entries(workflow?.jobs ?? {});
const usesSecret = ({ steps }: Job) => /\bsecrets\./.test(JSON.stringify(steps));

test("there are these workflows, and when they run", () => {
  expect(Object.fromEntries(Object.entries(workflows).map(([name, { on }]) => [name, on]))).toEqual(
    {
      preview: "pull_request",
      deploy: { push: { branches: ["main"] }, workflow_dispatch: null },
      drift: { schedule: [{ cron: "17 5 * * *" }], workflow_dispatch: null },
      rotate: { schedule: [{ cron: "41 6 * * 1" }], workflow_dispatch: null },
    },
  );
});

test("every action is this repository's or pinned by commit, with its version beside", () => {
  const lines = [...Object.values(texts), setup].flatMap((text) =>
    text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line)),
  );
  expect(lines.length).toBeGreaterThan(10);
  const pinned = /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  const loose = lines.filter(
    (line) => !pinned.test(line) && !line.endsWith("uses: ./.github/actions/setup"),
  );
  expect(loose).toEqual([]);
});

test("one commit an action, wherever it is used", () => {
  const all = [...Object.values(texts), setup].join("\n");
  const used = new Set(
    [...all.matchAll(/uses: ([\w-]+\/[\w-]+)@(\S+)/g)].map(([, ...one]) => one.join(" ")),
  );
  expect([...used].map((one) => one.split(" ")[0]).sort()).toEqual([
    "actions/checkout",
    "actions/setup-node",
    "pulumi/actions",
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

describe.each(Object.entries(workflows))("%s", (_, workflow) => {
  test("has no permission but those that a job names, and no job has one more", () => {
    expect(workflow.permissions).toEqual({});
    for (const [name, { permissions }] of jobsOf(workflow)) {
      const comments = name === "preview" ? { "pull-requests": "write" } : {};
      expect(permissions, name).toEqual({ contents: "read", ...comments });
    }
  });

  test("ends every job at some time, and leaves no credentials in a checkout", () => {
    for (const [name, job] of jobsOf(workflow)) {
      expect(job["timeout-minutes"], name).toBeGreaterThan(0);
      const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect(checkout?.with, name).toMatchObject({ "persist-credentials": false });
    }
  });

  test("gives secrets to the one step that needs them, by its environment", () => {
    expect(
      JSON.stringify([workflow.env, ...jobsOf(workflow).map(([, { env }]) => env)]),
    ).not.toContain("secrets");
    for (const { run } of jobsOf(workflow).flatMap(([, { steps }]) => steps)) {
      expect(run ?? "").not.toContain("${{");
    }
  });

  test("runs scripts that are there and can be run", () => {
    const scripts = jobsOf(workflow)
      .flatMap(([, { steps }]) => steps)
      .flatMap(({ run }) => run?.match(/\.(github\/scripts|ci)\/[\w.-]+/g) ?? []);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const mode = script.endsWith(".ts") ? constants.R_OK : constants.X_OK;
      accessSync(join(repoDir, script), mode);
    }
  });
});

describe("a fork's pull request", () => {
  test("gets tests, and no job that has a secret", () => {
    const jobs = Object.fromEntries(jobsOf(workflows.preview));
    expect(jobs.stacks?.if).toBe(
      "github.event.pull_request.head.repo.full_name == github.repository",
    );
    for (const [name, job] of Object.entries(jobs).filter(([, one]) => usesSecret(one))) {
      // A job whose need was skipped is skipped, unless it says otherwise.
      expect([job.needs].flat(), name).toContain("stacks");
      expect(job.if, name).toBeUndefined();
    }
    expect(jobs.tests?.if).toBeUndefined();
    expect(usesSecret(jobs.tests as Job)).toBe(false);
  });

  test("is never run with this repository's own token", () => {
    expect(Object.values(texts).join("\n")).not.toContain("pull_request_target");
  });
});

test.each([
  ["deploy", "deploy"],
  ["drift", "operate"],
  ["rotate", "operate"],
])(
  "%s reaches hosts from the environment %s, one at a time for each stack",
  (name, environment) => {
    const job = workflows[name]?.jobs[name];
    expect(job).toMatchObject({
      environment,
      "runs-on": "$" + "{{ vars.HOSTS_RUNNER || 'self-hosted' }}",
      concurrency: { group: "stack-$" + "{{ matrix.stack }}", "cancel-in-progress": false },
    });
  },
);

test("the preview has no way to a host", () => {
  const job = workflows.preview?.jobs.preview;
  expect(job?.["runs-on"]).toBe("ubuntu-24.04");
  expect(JSON.stringify(job)).not.toContain("SSH_PRIVATE_KEY");
  expect(job?.environment).toBeUndefined();
});
