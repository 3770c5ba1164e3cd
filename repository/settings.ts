import { z } from "zod";
import type { Program } from "../config/commands.ts";
import type { Fault, FaultMaker } from "../config/faults.ts";
import type { Raw } from "../config/read-raw.ts";

const secret = z.string().min(1);

const privateKey = secret.regex(
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "must be a private key in PEM form",
);

/** Of a setting that stands by itself a program is given text, whatever its type. */
const flag = z.preprocess(
  (text) => ({ true: true, false: false })[String(text)] ?? text,
  z.boolean(),
);
const count = z.preprocess(
  (text) => (/^\d+$/.test(String(text)) ? Number(text) : text),
  z.int().min(0).max(6),
);

/** Everything that the stack can set. Strict: an unknown key is a fault. */
const schema = z.strictObject({
  /** Who owns the repository, stored as `github:owner`. */
  githubOwner: z
    .string()
    .regex(/^[\w.-]+$/, "must be the name of an account or organization")
    .meta({ examples: ["OWNER"] }),
  /** Token that administers the repository, stored as `github:token`. */
  githubToken: secret,
  /** Name of the repository, without its owner: that is `github:owner`. */
  repository: z
    .string()
    .regex(/^[\w.-]+$/, "must be a repository's name, without its owner")
    .meta({ examples: ["grafana-alloy"] }),
  /** Logins of those who may approve a deployment; any one of them does. */
  reviewers: z
    .array(
      z
        .string()
        .min(1)
        .meta({ examples: ["LOGIN"] }),
    )
    .min(1, "must name at least one person who approves deployments")
    .max(6),
  /** How many others have to approve a pull request to `main`; 0 where nobody else is there to do so. */
  requiredApprovals: count.default(1),
  /** Whether comments with previews show values of settings, which name hosts, paths and subnets. */
  previewValues: flag.optional(),
  /** Jobs that have to pass before a pull request can be merged. */
  requiredChecks: z.array(z.string().min(1)).default(["tests"]),
  /** Where the state is: `azblob://…`, `s3://…`, `https://…`, as `pulumi login` takes it. */
  backendUrl: z
    .string()
    .regex(/^(azblob|s3|gs|https):\/\/\S+$/, "must be a URL of a backend that runners reach")
    .meta({ examples: ["azblob://state"] }),
  /** Label of the runner that has a route to the hosts. */
  hostsRunner: z.string().min(1).default("self-hosted"),
  /** Storage account of an Azure Blob backend. */
  azureStorageAccount: z.string().min(1).optional(),
  /** Whether due tokens are rotated without a reviewer's approval. */
  unattendedRotation: flag.default(false),
  /** Private key by which the hosts know who deploys and rotates, without a passphrase of its own. */
  sshPrivateKey: privateKey,
  /** Private key of the nightly look for drift, whose line in `authorized_keys` `npm run drift -- --key` prints. */
  driftPrivateKey: privateKey,
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
  "driftPrivateKey",
  "passphrase",
  "accessToken",
  "awsAccessKeyId",
  "awsSecretAccessKey",
  "azureStorageKey",
] as const satisfies (keyof RepositorySettings)[];

const project = "grafana-alloy-repository";

/** The configuration of the repository's stack, which is applied from the directory above. */
export const repositoryProgram: Program<typeof schema> = {
  project,
  directory: "repository",
  schema,
  secretKeys: {
    ...Object.fromEntries(secretNames.map((name) => [name, `${project}:${name}`])),
    githubToken: "github:token",
  },
  providerKeys: { githubOwner: "github:owner" },
};

/** Faults that span several settings. */
export function crossFaults(raw: Raw, make: FaultMaker): Fault[] {
  if (raw.passphrase || raw.accessToken) return [];
  const reason = "is missing, and so is accessToken: one of them decrypts the stacks' secrets";
  return [make.fault(["passphrase"], reason)];
}
