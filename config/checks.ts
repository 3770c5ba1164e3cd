import { type Fault, joinPath, secretCommand, setCommand } from "./faults.ts";
import { type SecretName, secretKeys } from "./schema.ts";
import { hostPath, zfsDataset } from "./values.ts";

/** Configuration as read: any shape, since these checks run beside the schema, not after it. */
export type Raw = Record<string, unknown>;

const GITHUB_API = "https://api.github.com";

/** Faults that span several settings. */
export function crossFaults(raw: Raw, stack: string): Fault[] {
  return [
    ...sinkFaults(raw, stack),
    ...pipelineFaults(raw, stack),
    ...postgresFaults(raw, stack),
    ...rotationFaults(raw, stack),
    ...registryFaults(raw, stack),
    ...datasetFaults(raw, stack),
  ];
}

/** Secrets that were stored in plain text. */
export function plainSecretFaults(
  raw: Raw,
  isSecret: (key: string) => boolean,
  stack: string,
): Fault[] {
  return (Object.keys(secretKeys) as SecretName[])
    .filter((name) => raw[name] !== undefined && !isSecret(secretKeys[name]))
    .map((name) => ({
      path: name,
      reason: "is stored in plain text; revoke it, then store a new one as a secret",
      fix: secretCommand(name, stack),
    }));
}

function sinkFaults(raw: Raw, stack: string): Fault[] {
  const [cloud, sinks] = [raw.grafanaCloud !== undefined, raw.sinks !== undefined];
  const needs = (names: SecretName[], who: string) =>
    missingSecrets(raw, names, `${who} needs it`, stack);
  if (cloud && sinks) {
    const fix = `pulumi config rm --stack ${stack} grafana-alloy:sinks`;
    return [
      { path: "grafanaCloud", reason: "and sinks are both set; data goes to one of them", fix },
    ];
  }
  if (sinks) return needs(["metricsPassword", "logsPassword"], "sinks");
  const missing: Fault = {
    path: "grafanaCloud",
    reason: "is missing, and so is sinks: one of them says where the data goes",
    fix: setCommand(["grafanaCloud", "stackSlug"], stack),
  };
  return [...(cloud ? [] : [missing]), ...needs(["cloudAccessPolicyToken"], "grafanaCloud")];
}

function missingSecrets(raw: Raw, names: SecretName[], why: string, stack: string): Fault[] {
  return names
    .filter((name) => raw[name] === undefined)
    .map((name) => ({
      path: name,
      reason: `is missing: ${why}`,
      fix: secretCommand(name, stack),
    }));
}

function pipelineFaults(raw: Raw, stack: string): Fault[] {
  const pipelines = list(raw.pipelines);
  const faults: Fault[] = duplicates(pipelines).map((name) => ({
    path: "pipelines",
    reason: `lists ${String(name)} twice`,
    fix: `edit Pulumi.${stack}.yaml and list it once`,
  }));
  const postgres = list(raw.postgres);
  if (pipelines.includes("postgres") && postgres.length === 0) {
    faults.push({
      path: "postgres",
      reason: "is empty, but pipelines lists postgres",
      fix: setCommand(["postgres", 0, "exporter"], stack),
    });
  }
  if (!pipelines.includes("postgres") && postgres.length > 0) {
    faults.push({
      path: "pipelines",
      reason: "does not list postgres, but postgres has exporters",
      fix: `pulumi config set --stack ${stack} --path 'grafana-alloy:pipelines[${pipelines.length}]' postgres`,
    });
  }
  return pipelines.includes("github") ? [...faults, ...githubFaults(raw, stack)] : faults;
}

function githubFaults(raw: Raw, stack: string): Fault[] {
  if (raw.github === undefined) {
    return [
      {
        path: "github",
        reason: "is missing, but pipelines lists github",
        fix: setCommand(["github", "repositories", 0], stack),
      },
    ];
  }
  const github = record(raw.github);
  if (github.pollingHost !== record(raw.host).name) return [];
  if (github.app !== undefined) return githubAppFaults(raw, stack);
  if (raw.githubAppPrivateKey !== undefined) {
    const fix = setCommand(["github", "app", "id"], stack);
    return [{ path: "github.app", reason: "is missing, but githubAppPrivateKey is set", fix }];
  }
  return missingSecrets(raw, ["githubToken"], "this host polls GitHub", stack);
}

function githubAppFaults(raw: Raw, stack: string): Fault[] {
  const remove = `pulumi config rm --stack ${stack}`;
  const faults = missingSecrets(raw, ["githubAppPrivateKey"], "github.app needs it", stack);
  if (raw.githubToken !== undefined) {
    const fix = `${remove} ${secretKeys.githubToken}`;
    faults.push({
      path: "githubToken",
      reason: "is set, and so is github.app: one of them polls",
      fix,
    });
  }
  const { apiUrl = GITHUB_API } = record(raw.github);
  if (String(apiUrl).replace(/\/+$/, "") !== GITHUB_API) {
    const fix = `${remove} --path 'grafana-alloy:github.apiUrl'`;
    const reason = `can't be another with github.app: Alloy gets an app's tokens from ${GITHUB_API} alone`;
    faults.push({ path: "github.apiUrl", reason, fix });
  }
  if (raw.restart !== "unless-stopped") {
    const fix = `pulumi config set --stack ${stack} grafana-alloy:restart unless-stopped`;
    const reason =
      "must be unless-stopped with github.app: Alloy does not start while GitHub gives it no token, as after a power cut, and on-failure gives up";
    faults.push({ path: "restart", reason, fix });
  }
  return faults;
}

function postgresFaults(raw: Raw, stack: string): Fault[] {
  const names = list(raw.postgres).map((entry) => record(entry).name);
  return duplicates(names.filter((name) => name !== undefined)).map((name) => ({
    path: joinPath(["postgres", names.lastIndexOf(name), "name"]),
    reason: `is the second ${String(name)}: both would send job=postgres_${String(name)}`,
    fix: setCommand(["postgres", names.lastIndexOf(name), "name"], stack),
  }));
}

function rotationFaults(raw: Raw, stack: string): Fault[] {
  const cloud = record(raw.grafanaCloud);
  const window = hours(cloud.tokenRotationWindow ?? "720h");
  const lifetime = hours(cloud.tokenLifetime ?? "2160h");
  if (window === undefined || lifetime === undefined || window < lifetime) return [];
  return [
    {
      path: "grafanaCloud.tokenRotationWindow",
      reason: `is ${window} h, not shorter than the token's lifetime of ${lifetime} h: every update would rotate`,
      fix: setCommand(["grafanaCloud", "tokenRotationWindow"], stack),
    },
  ];
}

function registryFaults(raw: Raw, stack: string): Fault[] {
  if (raw.registry !== undefined) {
    return missingSecrets(raw, ["registryPassword"], "registry needs it", stack);
  }
  if (raw.registryPassword === undefined) return [];
  const reason = "is missing, but registryPassword is set";
  return [{ path: "registry", reason, fix: setCommand(["registry", "address"], stack) }];
}

/** TrueNAS mounts a dataset below `/mnt`; a directory elsewhere would lie on another disk. */
function datasetFaults(raw: Raw, stack: string): Fault[] {
  const { directory, prepare } = record(raw.host);
  const { type, dataset } = record(prepare);
  // What has another form is the schema's to refuse.
  const wellFormed = zfsDataset.safeParse(dataset).success && hostPath.safeParse(directory).success;
  if (type !== "truenas" || !wellFormed || directory === `/mnt/${dataset}`) return [];
  return [
    {
      path: "host.directory",
      reason: `is not where TrueNAS mounts the dataset of host.prepare: /mnt/${dataset}`,
      fix: `pulumi config set --stack ${stack} --path 'grafana-alloy:host.directory' /mnt/${dataset}`,
    },
  ];
}

/** Whole hours of `720h`; what has another form is the schema's to refuse. */
function hours(value: unknown): number | undefined {
  const match = /^(\d+)h$/.exec(String(value));
  return match ? Number(match[1]) : undefined;
}

function duplicates(values: unknown[]): unknown[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Raw {
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}
