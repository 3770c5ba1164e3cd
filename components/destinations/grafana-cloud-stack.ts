import * as pulumi from "@pulumi/pulumi";
import type { Answer, CloudApi } from "./grafana-cloud-api.ts";
import { preflight } from "./grafana-cloud-preflight.ts";
import { noSuchStack } from "./grafana-cloud-sentences.ts";

/** The parts of a Grafana Cloud stack that are used here. */
export interface CloudStack {
  id: string;
  regionSlug: string;
  /** Base URLs without a path or a slash at their end, and user names. */
  metricsUrl: string;
  metricsUser: string;
  logsUrl: string;
  logsUser: string;
}

/**
 * Looks a Grafana Cloud stack up, so that nobody copies URLs and user ids by hand. Awaited before anything
 * is created. Throws one sentence when Grafana Cloud refuses or has no such stack.
 */
export async function findCloudStack(slug: string, api: CloudApi): Promise<CloudStack> {
  const stackName = pulumi.getStack();
  const { fault, warning, instance } = await preflight({ api, slug, stack: stackName });
  if (fault) throw new pulumi.RunError(fault);
  if (warning) await pulumi.log.warn(warning);
  const stack = instance && stackOf(instance);
  if (stack) return stack;
  throw new pulumi.RunError(noSuchStack(slug, stackName));
}

/** What an instance of the API says; nothing of one that takes no metrics or logs. */
function stackOf(instance: Answer["body"]): CloudStack | undefined {
  const { id, regionSlug, hmInstancePromUrl, hmInstancePromId, hlInstanceUrl, hlInstanceId } =
    instance;
  if (!id || !hmInstancePromUrl || !hlInstanceUrl) return undefined;
  return {
    id: `${id}`,
    regionSlug: `${regionSlug}`,
    metricsUrl: withoutSlash(hmInstancePromUrl),
    metricsUser: `${hmInstancePromId}`,
    logsUrl: withoutSlash(hlInstanceUrl),
    logsUser: `${hlInstanceId}`,
  };
}

function withoutSlash(url: unknown): string {
  return String(url).replace(/\/+$/, "");
}
