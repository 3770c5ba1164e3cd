import type { Fault } from "../../config/faults.ts";
import type { HostSettings } from "../../config/parse.ts";
import type { Raw } from "../../config/read-raw.ts";
import type { Connection, Image } from "../../config/schema.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import { keepsNetworks, oldServiceFaults } from "./checks.ts";
import { parseEnv } from "./env-file.ts";
import type { RecordSite } from "./host-scripts.ts";
import type { HostShell } from "./host-shell.ts";
import { type Found, look, readLook } from "./old-service.ts";
import { positionsNote } from "./positions.ts";
import type { Record } from "./record.ts";
import { readSettings, resourceCount } from "./stack-settings.ts";
import { type Change, takeOver, undoPaths } from "./taken-over.ts";

/** What is asked to find out where an adoption stands. */
export interface Sources {
  stack: string;
  pulumi: PulumiCli;
  host(connection: Connection): HostShell;
}

/** The environment file of the compose service, if there is one. */
export interface OldEnv {
  name: string;
  text: string;
}

/** A host whose adoption can begin or go on. */
export interface Situation {
  host: HostShell;
  site: RecordSite;
  images: string[];
  found: Found;
  changes: Change[];
  notes: string[];
  record: Record;
  resumed: boolean;
}

/** The faults of file, stack and host, all at once; or what is needed to go on. */
export async function situation(
  { stack, pulumi, host }: Sources,
  env: OldEnv | undefined,
): Promise<Situation | { faults: Fault[] }> {
  const { raw, check } = await readSettings(pulumi, stack);
  const taken = takeOver(parseEnv(env?.text ?? ""), raw, env?.name ?? "the old .env (--env FILE)");
  const checked = check(taken.changes);
  const faults = [...taken.faults, ...withoutTaken(checked.faults, taken.faults, raw)];
  const { settings } = checked;
  if (!settings) return { faults };
  const shell = host(settings.host.connection);
  const site = siteOf(settings);
  const found = await lookAt(shell, settings);
  const resumed = found.record?.stack === stack;
  faults.push(...(resumed ? [] : await beginFaults(found, settings, stack, pulumi)));
  if (faults.length > 0) return { faults };
  const changes = [...taken.changes, ...networkChange(raw, found)];
  const undone = undoPaths(raw, changes);
  const record = found.record
    ? withSettings(found.record, undone)
    : newRecord(stack, undone, found);
  const told = positionsNote(found.positions ?? "", settings.host.name);
  const notes = [...taken.notes, ...(told && !resumed ? [told] : [])];
  return { host: shell, site, images: fetchable(settings), found, changes, notes, record, resumed };
}

/** Whatever the host holds of an adoption, for what does not need the old file. */
export async function recorded({
  stack,
  pulumi,
  host,
}: Sources): Promise<
  { faults: Fault[] } | { host: HostShell; site: RecordSite; record: Record | undefined }
> {
  const { check } = await readSettings(pulumi, stack);
  const { settings, faults } = check([]);
  if (!settings) return { faults };
  const shell = host(settings.host.connection);
  const site = siteOf(settings);
  const { record } = await lookAt(shell, settings);
  return { host: shell, site, record: record?.stack === stack ? record : undefined };
}

async function lookAt(shell: HostShell, settings: HostSettings): Promise<Found> {
  const { uid, gid } = settings.host.serviceAccount;
  return readLook(await shell.run(look({ ...siteOf(settings), user: `${uid}:${gid}` })));
}

function siteOf({ host, images }: HostSettings): RecordSite {
  return { directory: host.directory, initImage: reference(images.init) };
}

function reference(image: Image): string {
  return typeof image === "string" ? image : image.local;
}

/** Images that any host may pull; one from a registry with a log-in is left to the deployment, which has it. */
function fetchable({ images, registry }: HostSettings): string[] {
  const wantsLogIn = (image: string) => registry && image.startsWith(`${registry.address}/`);
  return Object.values(images)
    .filter((image) => typeof image === "string")
    .filter((image) => !wantsLogIn(image));
}

/** What the file should bring and does not is told once. */
function withoutTaken(faults: Fault[], taken: Fault[], raw: Raw): Fault[] {
  if (taken.length === 0) return faults;
  const told = ["githubToken", "metricsPassword", "logsPassword", "grafanaCloud", "sinks"];
  if (raw.grafanaCloud === undefined) told.push("cloudAccessPolicyToken");
  return faults.filter(({ path }) => !told.includes(path.split(".")[0] ?? ""));
}

async function beginFaults(
  found: Found,
  settings: HostSettings,
  stack: string,
  pulumi: PulumiCli,
): Promise<Fault[]> {
  const faults = oldServiceFaults(found, settings, stack);
  if (found.record) {
    const reason = `is of an adoption by the stack ${found.record.stack}`;
    const fix = `npm run adopt -- --stack ${found.record.stack}`;
    faults.push({ path: `${settings.host.directory}/adopt.json`, reason, fix });
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
function networkChange(raw: Raw, found: Found): Change[] {
  const networks = raw.networks as Raw | undefined;
  if (!keepsNetworks(found) || networks?.existing !== undefined) return [];
  return [{ path: ["networks", "existing"], value: true, secret: false }];
}

/** A run that goes on may give the stack what the one before did not. */
function withSettings(record: Record, paths: string[]): Record {
  const covered = (path: string) =>
    record.settings.some((noted) => path === noted || path.startsWith(`${noted}.`));
  return {
    ...record,
    settings: [...record.settings, ...paths.filter((path) => !covered(path))],
  };
}

function newRecord(stack: string, settings: string[], found: Found): Record {
  const containers = found.containers.map(({ id, name, restart, running }) => ({
    id,
    name: name as Record["containers"][number]["name"],
    restart: { policy: restart.Name, retries: restart.MaximumRetryCount },
    running,
  }));
  return { version: 1, stack, phase: "moving", settings, containers };
}
