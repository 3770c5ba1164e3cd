import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import program from "../../repository/index.ts";
import { secretNames } from "../../repository/settings.ts";
import {
  environmentSecrets,
  repositorySecrets,
  variables,
} from "../../repository/workflows-access.ts";
import { knownFailure } from "../support/known-failures.ts";
import { recordOptions } from "../support/resource-options.ts";

const project = "grafana-alloy-repository";
const secretSignature = "4dabf18193072939515e22adb298388d";
const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n";

const complete = {
  repository: "grafana-alloy",
  reviewers: '["octocat","hubot"]',
  backendUrl: "azblob://state",
  azureStorageAccount: "account",
  sshPrivateKey: key,
  passphrase: "correct horse",
  azureStorageKey: "storage-key",
};

/** What the provider itself is told. */
const githubConfig = { "github:owner": "me", "github:token": "github_pat_simulated" };

interface Made {
  type: string;
  inputs: Record<string, unknown>;
  dependsOn: string[];
}

/** Runs the program with this configuration; answers what it makes, by name. */
async function run(
  config: Record<string, string>,
  secrets: readonly string[] = secretNames,
  provider: Record<string, string> = githubConfig,
): Promise<Record<string, Made>> {
  const made: Record<string, Made> = {};
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (!type.startsWith("grafana-alloy:")) {
          made[name] = {
            type,
            inputs: readable(inputs),
            dependsOn: optionsOf(type, name).dependsOn,
          };
        }
        return { id: `id-of-${name}`, state: inputs };
      },
      call: ({ token, inputs }) => {
        if (token !== "github:index/getUser:getUser") throw new Error(`no mock for ${token}`);
        return { ...inputs, id: inputs.username === "octocat" ? "583231" : "480938" };
      },
    },
    project,
    "repository",
  );
  const optionsOf = recordOptions();
  const keyed = Object.entries(config).map(([name, value]) => [`${project}:${name}`, value]);
  pulumi.runtime.setAllConfig({ ...Object.fromEntries(keyed), ...provider }, [
    ...secrets.map((name) => `${project}:${name}`),
    "github:token",
  ]);
  try {
    program();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return made;
}

function readable(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const secret = typeof value === "object" && value !== null && secretSignature in value;
      return [name, secret ? { secret: (value as { value?: unknown }).value } : value];
    }),
  );
}

describe("a complete configuration", () => {
  let made: Record<string, Made>;
  beforeAll(async () => {
    made = await run(complete);
  });

  test("makes these resources and no other", () => {
    const short = (type: string) => type.split(":").at(-1);
    expect(
      Object.fromEntries(Object.entries(made).map(([name, { type }]) => [name, short(type)])),
    ).toEqual({
      "workflows-branch": "BranchProtection",
      "workflows-deploy": "RepositoryEnvironment",
      "workflows-deploy-ssh-private-key": "ActionsEnvironmentSecret",
      "workflows-operate": "RepositoryEnvironment",
      "workflows-operate-ssh-private-key": "ActionsEnvironmentSecret",
      "pulumi-config-passphrase": "ActionsSecret",
      "azure-storage-key": "ActionsSecret",
      "pulumi-backend-url": "ActionsVariable",
      "azure-storage-account": "ActionsVariable",
      "hosts-runner": "ActionsVariable",
    });
  });

  test("protects main: by pull request, after its tests, from everybody", () => {
    expect(made["workflows-branch"]?.inputs).toEqual({
      repositoryId: "grafana-alloy",
      pattern: "main",
      enforceAdmins: true,
      allowsForcePushes: false,
      allowsDeletions: false,
      requiredPullRequestReviews: [{ requiredApprovingReviewCount: 0, dismissStaleReviews: true }],
      requiredStatusChecks: [{ strict: true, contexts: ["tests"] }],
    });
  });

  test("lets main alone into both environments, into deploy once somebody approved it", () => {
    const environment = (name: string) => ({
      repository: "grafana-alloy",
      environment: name,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
    });
    expect(made["workflows-deploy"]?.inputs).toEqual({
      ...environment("deploy"),
      reviewers: [{ users: [583231, 480938] }],
    });
    expect(made["workflows-operate"]?.inputs).toEqual(environment("operate"));
    for (const name of ["workflows-deploy", "workflows-operate"]) {
      expect(made[name]?.dependsOn).toEqual(["workflows-branch"]);
    }
  });

  test("gives the SSH key to the environments alone, as a secret", () => {
    for (const environment of ["deploy", "operate"]) {
      expect(made[`workflows-${environment}-ssh-private-key`]?.inputs).toEqual({
        repository: "grafana-alloy",
        environment,
        secretName: "SSH_PRIVATE_KEY",
        value: { secret: key },
      });
    }
  });

  test("has a secret or a variable for each setting that is there", () => {
    const repository = "grafana-alloy";
    const secret = (secretName: string, value: string) => ({
      repository,
      secretName,
      value: { secret: value },
    });
    const variable = (variableName: string, value: string) => ({ repository, variableName, value });
    const inputs = (name: string) => made[name]?.inputs;
    expect(inputs("pulumi-config-passphrase")).toEqual(
      secret("PULUMI_CONFIG_PASSPHRASE", "correct horse"),
    );
    expect(inputs("azure-storage-key")).toEqual(secret("AZURE_STORAGE_KEY", "storage-key"));
    expect(inputs("pulumi-backend-url")).toEqual(variable("PULUMI_BACKEND_URL", "azblob://state"));
    expect(inputs("azure-storage-account")).toEqual(variable("AZURE_STORAGE_ACCOUNT", "account"));
    expect(inputs("hosts-runner")).toEqual(variable("HOSTS_RUNNER", "self-hosted"));
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
  const names = (sources: readonly (readonly [string, string])[]) =>
    sources.map(([name]) => name).sort();
  expect(read("secrets")).toEqual(names([...repositorySecrets, ...environmentSecrets]));
  expect(read("vars")).toEqual(names(variables));
});

test("a passphrase that reads like JSON stays a text", async () => {
  const made = await run({ ...complete, passphrase: '["horse"]' });
  expect(made["pulumi-config-passphrase"]?.inputs.value).toEqual({ secret: '["horse"]' });
});

describe("faults", () => {
  const fault = (config: Record<string, string>, secrets?: readonly string[]) =>
    expect(run(config, secrets)).rejects;

  test("are told all at once, each with its command", async () => {
    await fault({ hostRunner: "x" }).toThrow(`\
Stack repository: 6 faults in the configuration, nothing was changed.
  repository: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:repository' grafana-alloy
  reviewers: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:reviewers[0]' LOGIN
  backendUrl: is missing
    pulumi -C repository config set --stack repository --path 'grafana-alloy-repository:backendUrl' azblob://state
  sshPrivateKey: is missing
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:sshPrivateKey
  hostRunner: is not a setting; known here: accessToken, awsAccessKeyId, awsSecretAccessKey, azureStorageAccount, azureStorageKey, backendUrl, hostsRunner, passphrase, repository, requiredChecks, reviewers, sshPrivateKey
    pulumi -C repository config rm --stack repository --path 'grafana-alloy-repository:hostRunner'
  passphrase: is missing, and so is accessToken: one of them decrypts the stacks' secrets
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:passphrase`);
  });

  test("a secret in plain text", async () => {
    await fault(complete, ["passphrase", "azureStorageKey"]).toThrow(`\
Stack repository: 1 fault in the configuration, nothing was changed.
  sshPrivateKey: is stored in plain text; revoke it, then store a new one as a secret
    pulumi -C repository config set --stack repository --secret grafana-alloy-repository:sshPrivateKey`);
  });

  test.each([
    ["repository", "owner/name", "must be a repository's name, without its owner"],
    ["reviewers", "[]", "must name somebody who approves deployments"],
    ["backendUrl", "file://~/.pulumi-state", "must be a URL of a backend that runners reach"],
    ["sshPrivateKey", "ssh-ed25519 AAAA", "must be a private key in PEM form"],
  ])("%s as %s", async (name, value, reason) => {
    await fault({ ...complete, [name]: value }).toThrow(`${name}: ${reason}\n`);
  });
});

knownFailure("repository/ asks for github:owner and github:token", async () => {
  const failed = run(complete, secretNames, {});
  await expect(failed).rejects.toThrow("github:owner");
  await expect(failed).rejects.toThrow("github:token");
});
