import type { Settings } from "../config/schema.ts";
import type { HostFacts } from "./alloy-bundle.ts";
import { logPrivacy } from "./log-privacy.ts";

/** What a stack's settings tell the pipelines. Every key is there on every host, used or not. */
export function hostFacts(
  settings: Pick<Settings, "host" | "postgres" | "github" | "logs">,
  sinks: HostFacts["sinks"],
): HostFacts {
  return {
    name: settings.host.name,
    sinks,
    journal: { path: settings.host.journal.path },
    postgres: postgresTargets(settings.postgres),
    github: {
      repositories: settings.github?.repositories ?? [],
      polling_host: settings.github?.pollingHost ?? "",
      api_url: settings.github?.apiUrl ?? "",
      app: pollingApp(settings),
    },
    logs: logPrivacy(settings.logs),
  };
}

/** The GitHub App that a host polls as. */
function pollingApp({ host, github }: Pick<Settings, "host" | "github">) {
  const app = github?.pollingHost === host.name ? github.app : undefined;
  return { id: app?.id ?? 0, installation_id: app?.installationId ?? 0 };
}

/** One scrape target a database, with the labels that its series carry. */
export function postgresTargets(postgres: Settings["postgres"]): HostFacts["postgres"] {
  return postgres.map(({ name, exporter, instance }) => ({
    __address__: exporter,
    instance: instance ?? `${name}-db`,
    job: `postgres_${name}`,
  }));
}
