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

/** Files with `is_secret` become environment variables of the same name. */
function withEnvironment(text: string): string {
  const secretFile = /local\.file "(\w+)" \{[^}]*is_secret[^}]*\}\n\n?/g;
  const secrets = [...text.matchAll(secretFile)].map(([, name = ""]) => name);
  return secrets.reduce(
    (result, name) =>
      result.replaceAll(`local.file.${name}.content`, `sys.env("${name.toUpperCase()}")`),
    text.replaceAll(secretFile, ""),
  );
}

/** The metrics token of an agent that was configured so. */
export async function tokenInEnvironment(lab: Lab): Promise<string> {
  const env = await docker(lab, "inspect", "alloy", "--format", "{{join .Config.Env `\n`}}");
  return /^METRICS_PASSWORD=(.*)$/m.exec(env)?.[1] ?? "";
}
