import { stackFile } from "../../lab/stack-file.ts";

/** Settings of a stack without namespace, as `Pulumi.<stack>.yaml` has them. */
export type RawSettings = Record<string, unknown>;

/** A valid SSH host key of the right form; it belongs to no host. */
export const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;

// biome-ignore lint/suspicious/noExplicitAny: settings of a test are taken apart freely
type Loose = any;

/** Settings with a part of one section changed. */
export function changed(settings: RawSettings, section: string, change: object): RawSettings {
  return { ...settings, [section]: { ...(settings[section] as object), ...change } };
}

/** The committed stack file with what an operator adds: host key, domain, Grafana Cloud stack, logins, secrets. */
export function completed(stack: "svlnas" | "svlazext"): RawSettings {
  const settings = stackFile(stack) as Loose;
  return {
    ...settings,
    host: { ...settings.host, connection: { ...settings.host.connection, hostKey } },
    ingress: { ...settings.ingress, domain: "example.org" },
    grafanaCloud: { stackSlug: "homelab" },
    cloudAccessPolicyToken: "glc_bootstrap-secret",
    registry: { address: "dhi.io", username: "myaccount" },
    registryPassword: "dckr_pat_secret",
    ...(stack === "svlnas" ? { githubToken: "github_pat_secret" } : {}),
  };
}

/** The local stack with sinks, as the lab completes it. */
export function completedLocal(): RawSettings {
  return {
    ...stackFile("local"),
    sinks: {
      metrics: { url: "http://172.30.200.1:9090/api/v1/write", username: "lab" },
      logs: { url: "http://172.30.200.1:3100/loki/api/v1/push", username: "lab" },
    },
    unencryptedHosts: ["172.30.200.1"],
    metricsPassword: "metrics-secret",
    logsPassword: "logs-secret",
    githubToken: "github_pat_secret",
    images: {
      alloy: `sha256:${"a".repeat(64)}`,
      init: `sha256:${"b".repeat(64)}`,
      socketProxy: `sha256:${"c".repeat(64)}`,
    },
  };
}
