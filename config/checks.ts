import { encryptionFaults } from "./encryption.ts";
import type { Fault, FaultMaker } from "./faults.ts";
import type { Raw } from "./read-raw.ts";
import type { SecretName } from "./schema.ts";
import { hostPath, zfsDataset } from "./values.ts";

const GITHUB_API = "https://api.github.com";

/** Gives its images to those alone who log in. */
const HARDENED = "dhi.io";

/** Faults that span several settings. They run beside the schema, not after it. */
export function crossFaults(raw: Raw, make: FaultMaker): Fault[] {
  const spanning = [sinkFaults, pipelineFaults, postgresFaults, rotationFaults, registryFaults];
  return [...spanning, datasetFaults, encryptionFaults].flatMap((find) => find(raw, make));
}

function sinkFaults(raw: Raw, make: FaultMaker): Fault[] {
  const [cloud, sinks] = [raw.grafanaCloud !== undefined, raw.sinks !== undefined];
  const needs = (names: SecretName[], who: string) =>
    missingSecrets(raw, names, `${who} needs it`, make);
  if (cloud && sinks) {
    const reason = "and sinks are both set; data goes to one of them";
    return [make.fault(["grafanaCloud"], reason, make.remove(["sinks"]))];
  }
  if (sinks) return needs(["metricsPassword", "logsPassword"], "sinks");
  const missing = make.fault(
    ["grafanaCloud"],
    "is missing, and so is sinks. Set it for Grafana Cloud, or sinks.metrics.url and sinks.logs.url for your own Prometheus and Loki",
    make.set(["grafanaCloud", "stackSlug"]),
  );
  return [...(cloud ? [] : [missing]), ...needs(["cloudAccessPolicyToken"], "grafanaCloud")];
}

function missingSecrets(raw: Raw, names: SecretName[], why: string, make: FaultMaker): Fault[] {
  return names
    .filter((name) => raw[name] === undefined)
    .map((name) => make.fault([name], `is missing: ${why}`));
}

function pipelineFaults(raw: Raw, make: FaultMaker): Fault[] {
  const pipelines = list(raw.pipelines);
  const twice = `edit Pulumi.${make.stack}.yaml and list it once`;
  const faults = duplicates(pipelines).map((name) =>
    make.fault(["pipelines"], `lists ${String(name)} twice`, twice),
  );
  const exporters = list(raw.postgres).length;
  if (pipelines.includes("postgres") && exporters === 0) {
    const fix = make.set(["postgres", 0, "exporter"]);
    faults.push(make.fault(["postgres"], "is empty, but pipelines lists postgres", fix));
  }
  if (!pipelines.includes("postgres") && exporters > 0) {
    const reason = "does not list postgres, but postgres has exporters";
    const fix = make.set(["pipelines", pipelines.length], "postgres");
    faults.push(make.fault(["pipelines"], reason, fix));
  }
  return pipelines.includes("github") ? [...faults, ...githubFaults(raw, make)] : faults;
}

function githubFaults(raw: Raw, make: FaultMaker): Fault[] {
  if (raw.github === undefined) {
    const fix = make.set(["github", "repositories", 0]);
    return [make.fault(["github"], "is missing, but pipelines lists github", fix)];
  }
  const github = record(raw.github);
  if (github.pollingHost !== record(raw.host).name) return [];
  if (github.app !== undefined) return githubAppFaults(raw, make);
  if (raw.githubAppPrivateKey !== undefined) {
    const fix = make.set(["github", "app", "id"]);
    return [make.fault(["github", "app"], "is missing, but githubAppPrivateKey is set", fix)];
  }
  return missingSecrets(raw, ["githubToken"], "this host polls GitHub", make);
}

function githubAppFaults(raw: Raw, make: FaultMaker): Fault[] {
  const faults = missingSecrets(raw, ["githubAppPrivateKey"], "github.app needs it", make);
  const { apiUrl = GITHUB_API } = record(raw.github);
  if (raw.githubToken !== undefined) {
    const reason = "is set, and so is github.app: one of them polls";
    faults.push(make.fault(["githubToken"], reason, make.remove(["githubToken"])));
  }
  if (String(apiUrl).replace(/\/+$/, "") !== GITHUB_API) {
    const path = ["github", "apiUrl"];
    const reason = `can't be changed with github.app: Alloy gets an app's tokens from ${GITHUB_API} alone`;
    faults.push(make.fault(path, reason, make.remove(path)));
  }
  if (raw.restart === "on-failure") {
    const reason =
      "must be unless-stopped with github.app: Alloy does not start while GitHub gives it no token, as after a power cut, and on-failure gives up";
    faults.push(make.fault(["restart"], reason, make.remove(["restart"])));
  }
  return faults;
}

function postgresFaults(raw: Raw, make: FaultMaker): Fault[] {
  const names = list(raw.postgres).map((entry) => record(entry).name);
  return duplicates(names.filter((name) => name !== undefined)).map((name) =>
    make.fault(
      ["postgres", names.lastIndexOf(name), "name"],
      `is the second ${String(name)}: both would send job=postgres_${String(name)}`,
    ),
  );
}

function rotationFaults(raw: Raw, make: FaultMaker): Fault[] {
  const cloud = record(raw.grafanaCloud);
  const window = hours(cloud.tokenRotationWindow ?? "720h");
  const lifetime = hours(cloud.tokenLifetime ?? "2160h");
  if (window === undefined || lifetime === undefined || window < lifetime) return [];
  const reason = `is ${window} h, not shorter than the token's lifetime of ${lifetime} h: every update would rotate`;
  return [make.fault(["grafanaCloud", "tokenRotationWindow"], reason)];
}

function registryFaults(raw: Raw, make: FaultMaker): Fault[] {
  const role = hardenedImage(record(raw.images));
  const why = `images.${role} is at ${HARDENED}, which requires a login`;
  if (raw.registry !== undefined) {
    const address = String(record(raw.registry).address ?? HARDENED);
    // What has another form is the schema's to refuse.
    const other = role !== undefined && /^[\w.:-]+$/.test(address) && address !== HARDENED;
    return [
      ...(other ? [make.fault(["registry", "address"], `is ${address}, but ${why}`)] : []),
      ...missingSecrets(raw, ["registryPassword"], "registry needs it", make),
    ];
  }
  if (role !== undefined) {
    return [
      make.fault(["registry", "address"], `is missing: ${why}`),
      make.fault(["registry", "username"], `is missing: ${why}`),
      ...missingSecrets(raw, ["registryPassword"], why, make),
    ];
  }
  if (raw.registryPassword === undefined) return [];
  const fix = make.set(["registry", "address"]);
  return [make.fault(["registry"], "is missing, but registryPassword is set", fix)];
}

/** The image that comes from the registry of hardened images: Alloy's own is one unless a stack names another. */
function hardenedImage({ alloy = `${HARDENED}/`, ...others }: Raw): string | undefined {
  const images = Object.entries({ alloy, ...others });
  return images.find(([, image]) => String(image).startsWith(`${HARDENED}/`))?.[0];
}

/** TrueNAS mounts a dataset below `/mnt`; a directory elsewhere would lie on another disk. */
function datasetFaults(raw: Raw, make: FaultMaker): Fault[] {
  const { directory, prepare } = record(raw.host);
  const { type, dataset } = record(prepare);
  // What has another form is the schema's to refuse.
  const wellFormed = zfsDataset.safeParse(dataset).success && hostPath.safeParse(directory).success;
  const mounted = `/mnt/${dataset}`;
  if (type !== "truenas" || !wellFormed || directory === mounted) return [];
  const path = ["host", "directory"];
  const reason = `is not where TrueNAS mounts the dataset of host.prepare: ${mounted}`;
  return [make.fault(path, reason, make.set(path, mounted))];
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
