import type { Settings } from "../../config/schema.ts";

/** Networks of other services, each once, in order of names. */
export function externalNetworks(settings: Pick<Settings, "postgres">): string[] {
  return [...new Set(settings.postgres.map(({ network }) => network))].sort();
}
