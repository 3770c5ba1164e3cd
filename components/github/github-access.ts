import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/load.ts";
import type { Token } from "../../telemetry/facts.ts";
import { known } from "../known.ts";
import { checkApp } from "./github-app.ts";
import { askAll, askWith } from "./github-ask.ts";
import { daysLeft, type GithubFindings, judge, questionsFor, RENEW_DAYS } from "./github-check.ts";
import { GithubToken, renewCommand } from "./github-token.ts";

/** With what a host polls GitHub. */
export interface GithubAccess {
  /** Name of the secret file on the host. */
  file: "github-token" | "github-app-key";
  /** Its content. Secret. */
  secret: pulumi.Output<string>;
  /** Tokens with an end. */
  tokens: pulumi.Output<Token>[];
}

/** What a host polls GitHub with, checked against GitHub; nothing on a host that does not poll. */
export async function githubAccessOf(config: StackConfig): Promise<GithubAccess | undefined> {
  const { github, githubToken, githubAppPrivateKey } = config;
  if (!github || !pollsGithub(config)) return undefined;
  if (github.app && githubAppPrivateKey) return appAccess(github, github.app, githubAppPrivateKey);
  if (githubToken) return tokenAccess(github, githubToken);
  throw new pulumi.RunError(
    "Neither githubToken nor github.app is complete, which loadConfig should have refused.",
  );
}

type Polled = NonNullable<StackConfig["github"]>;

async function tokenAccess(
  { repositories, apiUrl }: Polled,
  githubToken: pulumi.Output<string>,
): Promise<GithubAccess> {
  // Not through the provider: its calls have no time limit, and it ends in a stack trace where nobody answers.
  const ask = askWith(apiUrl, await known(githubToken));
  const findings = judge(repositories, await askAll(ask, questionsFor(repositories)));
  tell("grafana-alloy:githubToken", findings, `\`${renewCommand()}\` makes and stores a new one.`);
  const { expiresAt, unclear } = findings;
  const endUnknown = !expiresAt && unclear.length > 0;
  const token = new GithubToken("github", { token: githubToken, expiresAt, endUnknown });
  return { file: "github-token", secret: token.token, tokens: [token.end] };
}

/** An app never ends, so there is nothing of it to tell `verify`. */
async function appAccess(
  { repositories, apiUrl }: Polled,
  app: NonNullable<Polled["app"]>,
  privateKey: pulumi.Output<string>,
): Promise<GithubAccess> {
  const key = await known(privateKey);
  const findings = await checkApp({ ...app, privateKey: key }, apiUrl, repositories);
  const page = `https://github.com/settings/installations/${app.installationId}`;
  const fix = `It needs Metadata, Issues and Pull requests, read-only, of the repositories: ${page}`;
  tell("grafana-alloy:github.app", findings, fix);
  return { file: "github-app-key", secret: pulumi.secret(privateKey), tokens: [] };
}

/** Whether a host is the one that polls. */
function pollsGithub({
  host,
  pipelines,
  github,
}: Pick<StackConfig, "host" | "pipelines" | "github">) {
  return pipelines.includes("github") && github?.pollingHost === host.name;
}

/**
 * Throws one message for what is wrong with a credential; warns of one that ends soon, and when GitHub could
 * not be asked: an agent must be deployable while GitHub is away.
 */
function tell(setting: string, findings: GithubFindings, fix: string): void {
  const { faults, unclear, expiresAt } = findings;
  if (faults.length > 0) throw new pulumi.RunError(`${setting}: ${faults.join(" ")} ${fix}`);
  if (unclear.length > 0) {
    void pulumi.log.warn(
      `${setting}: not checked. ${unclear[0]} The deployment continues without this check.`,
    );
  }
  const left = expiresAt && daysLeft(expiresAt, new Date());
  if (expiresAt && left !== undefined && left < RENEW_DAYS) {
    const date = expiresAt.toISOString().slice(0, 10);
    void pulumi.log.warn(
      `${setting}: It expires on ${date}, in ${left === 1 ? "1 day" : `${left} days`}. ${fix}`,
    );
  }
}
