import { type Fault, faultsText } from "../../config/faults.ts";
import { type HostSettings, hostSettings, parseStack, readStack } from "../../config/parse.ts";
import type { Raw } from "../../config/read-raw.ts";
import type { Connection } from "../../config/schema.ts";
import { stackConfig } from "../doctor/stack-config.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import { oldServiceFaults } from "./checks.ts";
import { type EnvFile, parseEnv } from "./env-file.ts";
import type { OnHost, Site } from "./host-scripts.ts";
import { type Found, look, readLook } from "./old-service.ts";
import { type Record, recordFile } from "./record.ts";
import { resourceCount } from "./stack-settings.ts";
import type { Plan } from "./steps.ts";
import {
  type Change,
  configKey,
  isSecret,
  takeOver,
  undoPaths,
  withChanges,
  withVariables,
} from "./taken-over.ts";

/** What is asked to find out where an adoption stands. */
export interface Sources {
  pulumi: PulumiCli;
  host(connection: Connection): OnHost;
}

/** A stack and its host as they are. */
interface Seen {
  raw: Raw;
  settings: HostSettings;
  changes: Change[];
  notes: string[];
  /** Of the file, and of the settings with the changes in place. */
  faults: Fault[];
  onHost: OnHost;
  site: Site;
  found: Found;
  /** Of an adoption by this stack. */
  record: Record | undefined;
}

/** Looks at a stack as it would be with what the old file brings, and at its host. Throws where the host is unknown. */
export async function see(
  { pulumi, host }: Sources,
  stack: string,
  file = parseEnv("the old .env (--env FILE)", ""),
): Promise<Seen> {
  const { values, secrets } = await stackConfig(pulumi, stack);
  const raw = readStack(values);
  const { changes, notes, faults: own } = takeOver(file, raw);
  const given = changes.map(({ path }) => path).filter(isSecret);
  const keys = new Set([...secrets, ...given.map(configKey)]);
  const changed = withChanges(raw, changes);
  const told = own.map(({ path }) => path);
  const parsed = parseStack(changed, (key) => keys.has(key), stack)
    .faults.filter(({ path }) => !told.includes(path))
    .map((fault) => withVariables(fault, file.name));
  const faults = [...own, ...parsed];
  const settings = hostSettings(changed);
  if (!settings) throw faultsError(stack, faults);
  const onHost = host(settings.host.connection);
  const site = { directory: settings.host.directory, initImage: settings.images.init };
  const found = readLook(await onHost(look(site)));
  const record = found.record?.stack === stack ? found.record : undefined;
  return { raw, settings, changes, notes, faults, onHost, site, found, record };
}

/** A host whose adoption can start or be continued. */
export interface Situation extends Plan {
  onHost: OnHost;
  notes: string[];
  resumed: boolean;
}

/** Throws the faults of file, stack and host, all at once; or answers what is needed to adopt. */
export async function situation(
  sources: Sources,
  stack: string,
  file?: EnvFile,
): Promise<Situation> {
  const seen = await see(sources, stack, file);
  const { raw, settings, onHost, site, found, notes } = seen;
  const resumed = seen.record !== undefined;
  const faults = [...seen.faults];
  if (!resumed) faults.push(...(await firstFaults(seen, stack, sources.pulumi)));
  if (faults.length > 0) throw faultsError(stack, faults);
  const changes = [...seen.changes, ...networkChange(raw, found)];
  const record = seen.record ?? newRecord(stack, found);
  // A continued run may give the stack what the one before did not.
  record.settings = [...new Set([...undoPaths(raw, changes), ...record.settings])];
  return { onHost, site, changes, record, notes, resumed, images: fetchable(settings) };
}

function faultsError(stack: string, faults: readonly Fault[]): Error {
  return new Error(faultsText(`the adoption of ${stack}`, faults));
}

/** Images that any host may pull; one from a registry with a login is left to the deployment, which has it. */
function fetchable({ images, registry }: HostSettings): string[] {
  const wantsLogIn = (image: string) => registry && image.startsWith(`${registry.address}/`);
  const onHost = (image: string) => image.startsWith("sha256:");
  return Object.values(images).filter((image) => !wantsLogIn(image) && !onHost(image));
}

/** What stands in the way of an adoption that has not started. */
async function firstFaults(
  { found, settings, site }: Seen,
  stack: string,
  pulumi: PulumiCli,
): Promise<Fault[]> {
  const faults = oldServiceFaults(found, settings, stack);
  if (found.record) {
    const reason = `is of an adoption by the stack ${found.record.stack}`;
    const fix = `npm run adopt -- --stack ${found.record.stack}`;
    faults.push({ path: `${site.directory}/${recordFile}`, reason, fix });
  }
  const resources = await resourceCount(pulumi, stack);
  if (resources > 0) {
    const reason = `has ${resources} resources already; adopt is for one that was never deployed`;
    const fix = `pulumi destroy --stack ${stack}, if they are not wanted; else pulumi up`;
    faults.push({ path: `stack ${stack}`, reason, fix });
  }
  return faults;
}

/** The service's networks stay, with all that is in them: they are joined, not made. */
function networkChange(raw: Raw, { networks }: Found): Change[] {
  const own = (raw.networks as Raw | undefined)?.existing;
  if (networks.length === 0 || own !== undefined) return [];
  return [{ path: "networks.existing", value: true }];
}

function newRecord(stack: string, { containers }: Found): Record {
  const old = containers.map(({ id, name, restart, running }) => ({
    id,
    name: name as Record["containers"][number]["name"],
    restart: { policy: restart.Name, retries: restart.MaximumRetryCount },
    running,
  }));
  return { version: 1, stack, phase: "moving", settings: [], containers: old };
}
