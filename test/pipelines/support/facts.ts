import { settings } from "../../../config/schema.ts";
import type { HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { logPrivacy } from "../../../pipelines/log-privacy.ts";

/** What a host's pipelines read. */
export const facts: HostFacts = {
  name: "svlnas",
  sinks: {
    metrics: { url: "https://metrics.example.org/push", username: "1" },
    logs: { url: "https://logs.example.org/push", username: "2" },
  },
  journal: { path: "/var/log/journal" },
  postgres: [{ __address__: "db:9187", instance: "a-db", job: "postgres_a" }],
  github: {
    repositories: ["owner/name"],
    polling_host: "svlnas",
    api_url: "https://example.org",
    app: { id: 1, installation_id: 2 },
  },
  logs: logPrivacy(settings.shape.logs.parse({})),
};
