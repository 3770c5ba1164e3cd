import { z } from "zod";
import type { Fault } from "../config/faults.ts";

const secret = z.string().min(1);

/** Everything that the stack can set. Strict: an unknown key is a fault. */
const schema = z.strictObject({
  /** Name of the repository, without its owner: that is `github:owner`. */
  repository: z.string().regex(/^[\w.-]+$/, "must be a repository's name, without its owner"),
  /** Logins of those who may approve a deployment; any one of them does. */
  reviewers: z
    .array(z.string().min(1))
    .min(1, "must name somebody who approves deployments")
    .max(6),
  /** Jobs that have to pass before a pull request can be merged. */
  requiredChecks: z.array(z.string().min(1)).default(["tests"]),
  /** Where the state is: `azblob://…`, `s3://…`, `https://…`, as `pulumi login` takes it. */
  backendUrl: z
    .string()
    .regex(/^(azblob|s3|gs|https):\/\/\S+$/, "must be a URL of a backend that runners reach"),
  /** Label of the runner that has a route to the hosts. */
  hostsRunner: z.string().min(1).default("self-hosted"),
  /** Storage account of an Azure Blob backend. */
  azureStorageAccount: z.string().min(1).optional(),
  /** Private key by which the hosts know the runner, without a passphrase of its own. */
  sshPrivateKey: secret.regex(
    /^-----BEGIN [A-Z ]*PRIVATE KEY-----/,
    "must be a private key in PEM form",
  ),
  /** Passphrase of the stacks' secrets. */
  passphrase: secret.optional(),
  /** Access token of Pulumi Cloud. */
  accessToken: secret.optional(),
  /** Credentials of an S3 backend. */
  awsAccessKeyId: secret.optional(),
  awsSecretAccessKey: secret.optional(),
  /** Credential of an Azure Blob backend. */
  azureStorageKey: secret.optional(),
});

export type RepositorySettings = z.output<typeof schema>;

/** Settings that a stack file must hold encrypted. */
export const secretNames = [
  "sshPrivateKey",
  "passphrase",
  "accessToken",
  "awsAccessKeyId",
  "awsSecretAccessKey",
  "azureStorageKey",
] as const satisfies (keyof RepositorySettings)[];
type SecretName = (typeof secretNames)[number];

const examples: Record<string, string> = {
  repository: "grafana-alloy",
  reviewers: "LOGIN",
  backendUrl: "azblob://state",
};

/** The settings, or all that is wrong with them, each with the command that mends it. */
export function readSettings(
  raw: Record<string, unknown>,
  isSecret: (name: SecretName) => boolean,
  stack: string,
): { settings: RepositorySettings } | { faults: Fault[] } {
  const parsed = schema.safeParse(raw, { reportInput: true });
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => issueFaults(issue, stack))),
    ...(raw.passphrase || raw.accessToken
      ? []
      : [
          {
            path: "passphrase",
            reason: "is missing, and so is accessToken: one of them decrypts the stacks' secrets",
            fix: setCommand("passphrase", stack),
          },
        ]),
    ...secretNames
      .filter((name) => raw[name] !== undefined && !isSecret(name))
      .map((name) => ({
        path: name,
        reason: "is stored in plain text; revoke it, then store a new one as a secret",
        fix: setCommand(name, stack),
      })),
  ];
  return parsed.success && faults.length === 0 ? { settings: parsed.data } : { faults };
}

function issueFaults(issue: z.core.$ZodIssue, stack: string): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: key,
      reason: `is not a setting; known here: ${Object.keys(schema.shape).sort().join(", ")}`,
      fix: `pulumi -C repository config rm --stack ${stack} ${key}`,
    }));
  }
  const name = String(issue.path[0]);
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  const reason = missing ? "is missing" : issue.message;
  return [{ path: issue.path.join("."), reason, fix: setCommand(name, stack) }];
}

/** A secret is read from standard input. */
function setCommand(name: string, stack: string): string {
  const set = `pulumi -C repository config set --stack ${stack}`;
  if (secretNames.some((secret) => secret === name)) return `${set} --secret ${name}`;
  if (name === "reviewers") return `${set} --path 'reviewers[0]' ${examples.reviewers}`;
  return `${set} ${name} ${examples[name] ?? "VALUE"}`;
}
