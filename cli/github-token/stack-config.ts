import { settings } from "../../config/schema.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";

/** What a stack says of the repositories that its host polls. */
export interface PolledRepositories {
  repositories: string[];
  apiUrl: string;
}

/** Reads what a stack polls, without decrypting its secrets. Throws one sentence where no token is needed. */
export async function polledRepositories(
  pulumi: PulumiCli,
  stack: string,
): Promise<PolledRepositories> {
  const config: Record<string, { objectValue?: unknown }> = JSON.parse(
    await pulumi.run(["config", "--json", "--stack", stack]),
  );
  const value = (name: string) => config[`grafana-alloy:${name}`]?.objectValue;
  const pipelines = value("pipelines");
  if (!value("github") || !Array.isArray(pipelines) || !pipelines.includes("github")) {
    throw new Error(
      `Stack ${stack} does not poll GitHub and needs no token: its pipelines do not list github, or github is missing.`,
    );
  }
  const { data: github, error } = settings.shape.github.unwrap().safeParse(value("github"));
  if (!github) {
    const faults = error.issues.map(({ path, message }) => `github.${path.join(".")}: ${message}`);
    throw new Error(
      `Stack ${stack} is not valid (${faults.join("; ")}): \`pulumi preview --stack ${stack}\` says how to fix it.`,
    );
  }
  const { pollingHost, ...polled } = github;
  const { name } = (value("host") ?? {}) as { name?: unknown };
  if (pollingHost !== name) {
    throw new Error(
      `Stack ${stack} needs no token: ${pollingHost} polls GitHub, not ${name} (github.pollingHost).`,
    );
  }
  return polled;
}
