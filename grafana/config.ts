import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const settings = z.strictObject({
  stackSlug: z
    .string({ error: "is missing: the first part of SLUG.grafana.net" })
    .regex(
      /^[a-z0-9]+$/,
      "must be lower-case letters and digits: the first part of SLUG.grafana.net",
    ),
  metricsDataSource: z.string().min(1).optional(),
  notifyEmails: z.array(z.email("must be an e-mail address")).default([]),
});

const TOKEN_KEY = "grafana:cloudAccessPolicyToken";

/** What a stack of the dashboards can set. */
export interface DashboardsConfig {
  /** Slug of the Grafana Cloud stack that the hosts send to. */
  stackSlug: string;
  /** Name of the data source that alert rules ask. Default: the one that Grafana Cloud made. */
  metricsDataSource: string;
  /** E-mail addresses that alerts go to. Default: none, the stack's notification policy says who is told. */
  notifyEmails: string[];
  /** Bootstrap token of Grafana Cloud. */
  cloudAccessPolicyToken: pulumi.Output<string>;
}

/** Reads the stack's configuration. Throws one error with all faults and the commands that mend them. */
export function loadDashboardsConfig(): DashboardsConfig {
  const all = pulumi.runtime.allConfig();
  const raw = ownKeys(all);
  const parsed = settings.safeParse(raw);
  const token = tokenFault(all);
  const faults = [...(parsed.success ? [] : schemaFaults(parsed.error)), ...(token ? [token] : [])];
  if (!parsed.success || faults.length > 0) throw new pulumi.RunError(message(faults));
  const {
    stackSlug,
    metricsDataSource = `grafanacloud-${stackSlug}-prom`,
    notifyEmails,
  } = parsed.data;
  const cloudAccessPolicyToken = pulumi.secret(all[TOKEN_KEY] as string);
  return { stackSlug, metricsDataSource, notifyEmails, cloudAccessPolicyToken };
}

function ownKeys(all: Record<string, string>): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(
    own.map(([key, value]) => [
      key.slice(prefix.length),
      value.startsWith("[") ? JSON.parse(value) : value,
    ]),
  );
}

function tokenFault(all: Record<string, string>): string[] | undefined {
  // The SDK exports this without a type declaration.
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const fix = `pulumi config set --stack ${pulumi.getStack()} --secret ${TOKEN_KEY}`;
  if (!all[TOKEN_KEY]) {
    return [
      `${TOKEN_KEY}: is missing; its scopes are stacks:read and stack-service-accounts:write`,
      fix,
    ];
  }
  if (runtime.isConfigSecret(TOKEN_KEY)) return undefined;
  return [
    `${TOKEN_KEY}: is stored in plain text; revoke it, then store a new one as a secret`,
    fix,
  ];
}

function schemaFaults(error: z.ZodError): string[][] {
  const set = `pulumi config set --stack ${pulumi.getStack()} --path '${pulumi.getProject()}:`;
  return error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(settings.shape).join(", ");
      const key = `${pulumi.getProject()}:${issue.keys[0]}`;
      return [
        `${issue.keys.join(", ")}: is not a setting; known are ${known}`,
        `pulumi config rm --stack ${pulumi.getStack()} ${key}`,
      ];
    }
    const [first, index] = issue.path;
    const path = `${String(first)}${index === undefined ? "" : `[${String(index)}]`}`;
    return [`${path}: ${issue.message}`, `${set}${path}' VALUE`];
  });
}

function message(faults: string[][]): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.flatMap(([fault, fix]) => [`  ${fault}`, `    ${fix}`]);
  return [
    `Stack ${pulumi.getStack()}: ${count} in the configuration, nothing was changed.`,
    ...lines,
  ].join("\n");
}
