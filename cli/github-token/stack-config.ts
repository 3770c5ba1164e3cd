import { settings } from "../../config/schema.ts";
import type { PulumiCli } from "../pulumi-cli.ts";

/** What a stack says of the repositories that its host polls. */
export interface PolledRepositories {
  repositories: string[];
  apiUrl: string;
}

/** One entry of `pulumi config --json`; a secret has no value there. */
interface Entry {
  value?: string;
  objectValue?: unknown;
}

const namespace = "grafana-alloy";

/** Reads what a stack polls, without decrypting its secrets. Throws one sentence where no token is needed. */
export async function polledRepositories(
  pulumi: PulumiCli,
  stack: string,
): Promise<PolledRepositories> {
  const printed = await pulumi.run(["config", "--json", "--stack", stack]);
  return polledOf(JSON.parse(printed), stack);
}

/** The same, from what the CLI printed. */
export function polledOf(config: Record<string, Entry>, stack: string): PolledRepositories {
  const value = (name: string) => config[`${namespace}:${name}`]?.objectValue;
  const given = value("github");
  const pipelines = value("pipelines");
  if (given === undefined || !Array.isArray(pipelines) || !pipelines.includes("github")) {
    throw new Error(
      `Stack ${stack} does not poll GitHub and needs no token: its pipelines do not list github, or github is missing.`,
    );
  }
  const github = settings.shape.github.unwrap().safeParse(given);
  if (!github.success) {
    const faults = github.error.issues.map(
      ({ path, message }) => `github.${path.join(".")}: ${message}`,
    );
    throw new Error(
      `Stack ${stack} is not in order (${faults.join("; ")}): \`pulumi preview --stack ${stack}\` says how to mend it.`,
    );
  }
  const { pollingHost, repositories, apiUrl } = github.data;
  const { name } = (value("host") ?? {}) as { name?: unknown };
  if (pollingHost !== name) {
    throw new Error(
      `Stack ${stack} needs no token: ${pollingHost} polls GitHub, not ${String(name)} (github.pollingHost).`,
    );
  }
  return { repositories, apiUrl };
}
