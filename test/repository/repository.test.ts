import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import program from "../../repository/index.ts";
import { secretNames } from "../../repository/settings.ts";
import {
  environmentSecret,
  repositorySecrets,
  variables,
} from "../../repository/workflows-access.ts";
import { type MockRun, mockPulumi } from "../support/mock-pulumi.ts";
import { programFailure } from "../support/program-failure.ts";

const project = "grafana-alloy-repository";
const privateKey = (text: string) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----\n`;
const key = privateKey("x");
const driftKey = privateKey("y");

const complete = {
  repository: "grafana-alloy",
  reviewers: '["octocat","hubot"]',
  backendUrl: "azblob://state",
  azureStorageAccount: "account",
  sshPrivateKey: key,
  driftPrivateKey: driftKey,
  passphrase: "correct horse",
  azureStorageKey: "storage-key",
};

/** What the provider itself is told. */
const githubConfig = { "github:owner": "me", "github:token": "github_pat_simulated" };

/** Runs the program with this configuration. */
function run(
  config: Record<string, string>,
  secrets: readonly string[] = secretNames,
  provider: Record<string, string> = githubConfig,
  refusal?: Error,
): Promise<MockRun> {
  const keyed = Object.entries(config).map(([name, value]) => [`${project}:${name}`, value]);
  const mocks = {
    project,
    stack: "repository",
    config: { ...Object.fromEntries(keyed), ...provider },
    secrets: [...secrets.map((name) => `${project}:${name}`), "github:token"],
    call: ({ inputs }: { inputs: { username?: string } }) => {
      if (refusal) throw refusal;
      return { ...inputs, id: inputs.username === "octocat" ? "583231" : "480938" };
    },
  };
  return mockPulumi(mocks, async () => {
    await program();
    return {};
  });
}

describe("a complete configuration", () => {
  let made: MockRun;
  beforeAll(async () => {
    made = await run(complete);
  });
  const repository = "grafana-alloy";

  test("protects main: by pull request, after its tests, from everybody", () => {
    expect(made.named("workflows-branch").inputs).toEqual({
      repositoryId: repository,
      pattern: "main",
      enforceAdmins: true,
      allowsForcePushes: false,
      allowsDeletions: false,
      requiredPullRequestReviews: [{ requiredApprovingReviewCount: 1, dismissStaleReviews: true }],
      requiredStatusChecks: [{ strict: true, contexts: ["tests"] }],
    });
  });

  const reviewers = [{ users: [583231, 480938] }];

  test.each([
    ["deploy", { reviewers }, key],
    ["rotate", { reviewers }, key],
    ["drift", {}, driftKey],
  ])("lets main alone into the environment %s, which has an SSH key", (environment, more, own) => {
    const { named } = made;
    const { inputs, dependsOn } = named(`workflows-${environment}`);
    expect(inputs).toEqual({
      repository,
      environment,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
      ...more,
    });
    expect(dependsOn).toEqual(["workflows-branch"]);
    expect(named(`workflows-${environment}-ssh-private-key`).inputs).toEqual({
      repository,
      environment,
      secretName: "SSH_PRIVATE_KEY",
      value: { secret: own },
    });
  });

  test("asks nobody about a pull request or a rotation, and shows values, where that is set", async () => {
    const set = { requiredApprovals: "0", unattendedRotation: "true", previewValues: "false" };
    const { named } = await run({ ...complete, ...set });
    expect(named("workflows-branch").inputs.requiredPullRequestReviews).toEqual([
      { requiredApprovingReviewCount: 0, dismissStaleReviews: true },
    ]);
    expect(named("workflows-rotate").inputs).not.toHaveProperty("reviewers");
    expect(named("workflows-deploy").inputs).toMatchObject({ reviewers });
    expect(named("preview-values").inputs.value).toBe("false");
  });

  test("has a secret or a variable for each setting that is there, and no other", () => {
    const { resources } = made;
    const ofRepository = resources.filter(({ type }) => /:Actions(Secret|Variable)$/.test(type));
    const given = ofRepository.map(({ name, inputs }) => [name, inputs]);
    expect(Object.fromEntries(given)).toEqual({
      "pulumi-config-passphrase": {
        repository,
        secretName: "PULUMI_CONFIG_PASSPHRASE",
        value: { secret: "correct horse" },
      },
      "azure-storage-key": {
        repository,
        secretName: "AZURE_STORAGE_KEY",
        value: { secret: "storage-key" },
      },
      "pulumi-backend-url": {
        repository,
        variableName: "PULUMI_BACKEND_URL",
        value: "azblob://state",
      },
      "azure-storage-account": {
        repository,
        variableName: "AZURE_STORAGE_ACCOUNT",
        value: "account",
      },
      "hosts-runner": { repository, variableName: "HOSTS_RUNNER", value: "self-hosted" },
    });
  });
});

test("secrets and variables are those that the workflows read, no more and no less", () => {
  const directory = join(repoDir, ".github", "workflows");
  const text = readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), "utf8"))
    .join("\n");
  const read = (kind: string) =>
    [
      ...new Set(
        [...text.matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, "g"))].map(([, name]) => name),
      ),
    ].sort();
  const names = (sources: readonly (readonly [string, ...string[]])[]) =>
    sources.map(([name]) => name).sort();
  expect(read("secrets")).toEqual(names([...repositorySecrets, [environmentSecret]]));
  expect(read("vars")).toEqual(names(variables));
});

test("a passphrase that reads like JSON stays a text", async () => {
  const { named } = await run({ ...complete, passphrase: '["horse"]' });
  expect(named("pulumi-config-passphrase").inputs.value).toEqual({ secret: '["horse"]' });
});

describe("faults", () => {
  const fault = (config: Record<string, string>, secrets?: readonly string[]) =>
    expect(run(config, secrets)).rejects;

  test("are told all at once, each with its command", async () => {
    await fault({ hostRunner: "x" }).toThrow(`\
Stack repository: 7 faults in the configuration, nothing was changed.
  repository: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:repository' grafana-alloy
  reviewers: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:reviewers[0]' LOGIN
  backendUrl: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:backendUrl' azblob://state
  sshPrivateKey: is missing
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:sshPrivateKey
  driftPrivateKey: is missing
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:driftPrivateKey
  hostRunner: is not a setting; known here: accessToken, awsAccessKeyId, awsSecretAccessKey, azureStorageAccount, azureStorageKey, backendUrl, driftPrivateKey, githubOwner, githubToken, hostsRunner, passphrase, previewValues, repository, requiredApprovals, requiredChecks, reviewers, sshPrivateKey, unattendedRotation
    pulumi -C repository config rm --stack repository --path 'grafana-alloy-repository:hostRunner'
  passphrase: is missing, and so is accessToken: one of them decrypts the stacks' secrets
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:passphrase`);
  });

  test("what the provider itself is told is asked for too", async () => {
    await expect(run(complete, secretNames, {})).rejects.toThrow(`\
Stack repository: 2 faults in the configuration, nothing was changed.
  githubOwner: is missing
    pulumi -C repository config set --stack repository --path 'github:owner' OWNER
  githubToken: is missing
    pulumi -C repository config set --stack repository --secret github:token`);
  });

  test("a token that GitHub refuses reads as one sentence", async () => {
    const reason = "GET https://api.github.com/users/octocat: 401 Bad credentials []";
    // As the engine hands an error of a provider on: the SDK reads `details`.
    const refusal = Object.assign(new Error(), { details: `1 error occurred:\n\t* ${reason}\n\n` });
    const one = { ...complete, reviewers: '["octocat"]' };
    const { errors } = await programFailure(() => run(one, secretNames, githubConfig, refusal));
    expect(errors.map(String).join("\n")).toContain(
      `reviewers: GitHub could not be asked for "octocat" (${reason}). If it refuses the token: ` +
        "pulumi -C repository config set --stack repository --secret github:token; if it knows no such user, " +
        "edit reviewers in repository/Pulumi.repository.yaml",
    );
  });

  test("a secret in plain text", async () => {
    await fault(complete, ["passphrase", "azureStorageKey"]).toThrow(`\
Stack repository: 2 faults in the configuration, nothing was changed.
  sshPrivateKey: is stored in plain text; revoke it, then store a new one as a secret
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:sshPrivateKey
  driftPrivateKey: is stored in plain text; revoke it, then store a new one as a secret
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:driftPrivateKey`);
  });

  test.each([
    ["repository", "owner/name", "must be a repository's name, without its owner"],
    ["reviewers", "[]", "must name at least one person who approves deployments"],
    ["backendUrl", "file://~/.pulumi-state", "must be a URL of a backend that runners reach"],
    ["requiredApprovals", "some", "must be a number"],
    ["requiredApprovals", "7", "must be at most 6"],
    ["previewValues", "maybe", "must be a boolean"],
    ["sshPrivateKey", "ssh-ed25519 AAAA", "must be a private key in PEM form"],
  ])("%s as %s", async (name, value, reason) => {
    await fault({ ...complete, [name]: value }).toThrow(`${name}: ${reason}\n`);
  });
});
