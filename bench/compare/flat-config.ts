import type { Lab } from "../../lab/lab.ts";
import { type AlloyBundle, versionPath } from "../../pipelines/alloy-bundle.ts";
import { docker } from "../run.ts";

/**
 * The same configuration the way that docker-compose and Ansible deploy it: in one directory, which is mounted
 * as it is, and with its secrets in environment variables, as the compose service has it.
 */
export function flatConfig({ files, version }: AlloyBundle): Record<string, string> {
  const flat = Object.entries(files).map(([name, text]) => [
    name,
    name.endsWith(".alloy")
      ? withEnvironment(text).replaceAll(`${versionPath(version)}/`, "/etc/alloy/")
      : text,
  ]);
  return Object.fromEntries(flat);
}

/** A file with a password becomes an environment variable of the same name. */
function withEnvironment(text: string): string {
  const passwordFile = /password_file = "\/etc\/alloy-secrets\/(\w+)-password"/g;
  return text.replaceAll(
    passwordFile,
    (_, name: string) => `password = sys.env("${name.toUpperCase()}_PASSWORD")`,
  );
}

/** The metrics token of an agent that was configured so. */
export async function tokenInEnvironment(lab: Lab): Promise<string> {
  const env = await docker(lab, "inspect", "alloy", "--format", "{{join .Config.Env `\n`}}");
  return /^METRICS_PASSWORD=(.*)$/m.exec(env)?.[1] ?? "";
}
