import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../components/provider-error.ts";
import type { RepositorySettings } from "./settings.ts";

/** A secret or variable of the workflows, and the setting that it comes from. */
type Source = readonly [name: string, setting: keyof RepositorySettings];

/** Read by every workflow. Those of a backend that is not used are not set. */
export const repositorySecrets: readonly Source[] = [
  ["PULUMI_CONFIG_PASSPHRASE", "passphrase"],
  ["PULUMI_ACCESS_TOKEN", "accessToken"],
  ["AWS_ACCESS_KEY_ID", "awsAccessKeyId"],
  ["AWS_SECRET_ACCESS_KEY", "awsSecretAccessKey"],
  ["AZURE_STORAGE_KEY", "azureStorageKey"],
];

/** Read only by jobs of an environment: no pull request has the way to a host. */
export const environmentSecret = "SSH_PRIVATE_KEY";

export const variables: readonly Source[] = [
  ["PULUMI_BACKEND_URL", "backendUrl"],
  ["AZURE_STORAGE_ACCOUNT", "azureStorageAccount"],
  ["HOSTS_RUNNER", "hostsRunner"],
  ["PREVIEW_VALUES", "previewValues"],
];

type Reviewers = github.RepositoryEnvironmentArgs["reviewers"];

/** The branch that is deployed. */
const branch = "main";

/** Secrets, variables, environments and the branch's protection, as the workflows in `.github/` count on them. */
export class WorkflowsAccess extends pulumi.ComponentResource {
  private readonly settings: RepositorySettings;

  constructor(name: string, settings: RepositorySettings, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:repository:WorkflowsAccess", name, {}, opts);
    this.settings = settings;
    const protection = this.protectBranch(name);
    // Environments let protected branches in alone: none is made before there is one.
    const after = { parent: this, dependsOn: [protection] };
    const { repository } = settings;
    const { sshPrivateKey, driftPrivateKey, unattendedRotation } = settings;
    const reviewers = [{ users: this.reviewers() }];
    const reviewed = { key: sshPrivateKey, reviewers };
    const rotate = unattendedRotation ? { key: sshPrivateKey } : reviewed;
    this.createEnvironment(`${name}-deploy`, "deploy", reviewed, after);
    this.createEnvironment(`${name}-rotate`, "rotate", rotate, after);
    this.createEnvironment(`${name}-drift`, "drift", { key: driftPrivateKey }, after);
    for (const [secretName, value] of this.given(repositorySecrets)) {
      const args = { repository, secretName, value: pulumi.secret(value) };
      new github.ActionsSecret(resourceName(secretName), args, { parent: this });
    }
    for (const [variableName, value] of this.given(variables)) {
      const args = { repository, variableName, value };
      new github.ActionsVariable(resourceName(variableName), args, { parent: this });
    }
    this.registerOutputs({});
  }

  private protectBranch(name: string): github.BranchProtection {
    const { repository, requiredChecks, requiredApprovals } = this.settings;
    return new github.BranchProtection(
      `${name}-branch`,
      {
        repositoryId: repository,
        pattern: branch,
        enforceAdmins: true,
        allowsForcePushes: false,
        allowsDeletions: false,
        requiredPullRequestReviews: [
          { requiredApprovingReviewCount: requiredApprovals, dismissStaleReviews: true },
        ],
        requiredStatusChecks: [{ strict: true, contexts: requiredChecks }],
      },
      { parent: this },
    );
  }

  /** An environment that jobs of other branches can't enter, and its key for the hosts. */
  private createEnvironment(
    name: string,
    environment: string,
    { key, reviewers }: { key: string; reviewers?: Reviewers },
    opts: pulumi.CustomResourceOptions,
  ): void {
    const { repository } = this.settings;
    const made = new github.RepositoryEnvironment(
      name,
      {
        repository,
        environment,
        canAdminsBypass: false,
        deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
        ...(reviewers && { reviewers }),
      },
      opts,
    );
    new github.ActionsEnvironmentSecret(
      `${name}-${resourceName(environmentSecret)}`,
      {
        ...{ repository, environment: made.environment },
        ...{ secretName: environmentSecret, value: pulumi.secret(key) },
      },
      { parent: this },
    );
  }

  /** GitHub wants numbers; people know logins. */
  private reviewers(): pulumi.Output<number>[] {
    return this.settings.reviewers.map((username) => {
      const user = github.getUser({ username }, { parent: this }).catch(notAsked(username));
      return pulumi.output(user).id.apply(Number);
    });
  }

  /** Names and values of those whose setting is there. */
  private given(sources: readonly Source[]): [string, string][] {
    return sources.flatMap(([name, setting]) => {
      const value = this.settings[setting];
      return value === undefined ? [] : [[name, String(value)] as [string, string]];
    });
  }
}

/** The first question to GitHub, so it shows a token that GitHub refuses too. */
function notAsked(username: string) {
  const set = `pulumi -C repository config set --stack ${pulumi.getStack()}`;
  return (error: Error): never => {
    throw new pulumi.RunError(
      `reviewers: GitHub could not be asked for "${username}" (${reasonOf(error)}). If it refuses the token: ` +
        `${set} --secret github:token; if it knows no such user, edit reviewers in repository/Pulumi.${pulumi.getStack()}.yaml`,
    );
  };
}

/** `PULUMI_ACCESS_TOKEN` as `pulumi-access-token`. */
function resourceName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
