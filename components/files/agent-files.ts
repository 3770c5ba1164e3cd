import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { type AlloyBundle, alloyBundle } from "../../pipelines/alloy-bundle.ts";
import { hostFacts } from "../../pipelines/host-facts.ts";
import type { AlloyAgentArgs } from "../agent/arguments.ts";
import type { InstallSite } from "./install-site.ts";
import { TOKEN_ENDS_FILE, tokenEnds } from "./token-ends.ts";

type SecretFiles = Record<string, pulumi.Input<string>>;
/** Image references on the host. */
export type Images = Record<keyof Settings["images"], pulumi.Input<string>>;

/**
 * Where on the host the files go, and which images work on them, once these are there. By their names: of one that
 * `docker system prune -a` took away, the id can't be pulled.
 */
export function installSite(
  settings: AlloyAgentArgs["settings"],
  images: Images,
): pulumi.Output<InstallSite> {
  return pulumi.all([images.init, images.alloy]).apply(() => ({
    directory: settings.host.directory,
    initImage: settings.images.init,
    alloyImage: settings.images.alloy,
    ...settings.host.serviceAccount,
    alloyMemory: settings.limits.alloyMemory,
  }));
}

/** Pipelines and the facts of the host that they read. */
export function bundleOf({
  settings,
  pipelines,
  sinks,
}: AlloyAgentArgs): pulumi.Output<AlloyBundle> {
  const { metrics, logs } = sinks;
  return pulumi
    .all([metrics.url, metrics.username, logs.url, logs.username])
    .apply(([metricsUrl, metricsUser, logsUrl, logsUser]) =>
      alloyBundle(
        pipelines,
        hostFacts(settings, {
          metrics: { url: metricsUrl, username: metricsUser },
          logs: { url: logsUrl, username: logsUser },
        }),
      ),
    );
}

/**
 * Secret files by name. A host that ships the GitHub pipeline but does not poll has an empty token. When the
 * tokens end is no secret, but is written with them.
 */
export function secretFiles({ settings, sinks, github, tokens }: AlloyAgentArgs): SecretFiles {
  const reads = settings.pipelines.includes("github") && !settings.github?.app;
  return {
    "metrics-password": sinks.metrics.password,
    "logs-password": sinks.logs.password,
    ...(reads ? { "github-token": "" } : {}),
    ...(github && { [github.file]: github.secret }),
    ...(settings.pipelines.includes("host") && tokens.length > 0
      ? { [TOKEN_ENDS_FILE]: pulumi.all(tokens).apply(tokenEnds) }
      : {}),
  };
}
