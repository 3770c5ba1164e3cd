import { hash } from "node:crypto";
import { z } from "zod";
import { filesCommand, filesType } from "../../components/files/install-site.ts";
import { readPidLimit } from "../../host-shell/pid-limit.ts";
import { splitInput } from "../../host-shell/shell.ts";
import type { Route } from "../../host-shell/ssh.ts";
import { unpackFiles } from "../../pipelines/alloy-bundle.ts";

/** What a stack has deployed, as far as a host can be asked for it. */
export interface Declared {
  /** How the Docker provider reaches the host. */
  route: Route;
  containers: DeclaredContainer[];
  /** Reference of the BusyBox image, for the containers that look at files: one that was pruned is pulled again. */
  helperImage: string;
  /** Of the directory on the host that is Alloy's `/etc/alloy`; `urn` is of the command that installs it. */
  config: { directory: string; version: string; files: Hashes; urn: string };
  /** Of the directory that is Alloy's `/etc/alloy-secrets`; its `owner`, `uid:gid`, alone reads it. */
  secrets: { directory: string; owner: string; files: Hashes; urns: Record<string, string> };
}

/** SHA-256 by file name. */
export type Hashes = Record<string, string>;

export interface DeclaredContainer {
  urn: string;
  id: string;
  /** Name on the host. */
  name: string;
  /** Whether it keeps running; a one-shot has ended. */
  runs: boolean;
  /** Variables by name, beyond those of its image. */
  env: Record<string, string>;
  /** Labels by name, beyond those of its image. */
  labels: Record<string, string>;
  /** Limit of memory, in MB. */
  memory: number;
  /** Restart policy. */
  restart: string;
  /** Names of the networks that it is in. */
  networks: string[];
  /** The limit of processes, and the URN of the command that sets it. */
  pids?: { limit: number; urn: string };
}

const properties = z.record(z.string(), z.unknown()).default({});
const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          id: z.string().default(""),
          inputs: properties,
          outputs: properties,
        }),
      )
      .default([]),
  }),
});
type Resource = z.output<typeof exported>["deployment"]["resources"][number];

const container = z.object({
  name: z.string(),
  image: z.string(),
  user: z.string().default("0:0"),
  mustRun: z.boolean().default(true),
  envs: z.array(z.string()).default([]),
  labels: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  mounts: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  memory: z.number().default(0),
  restart: z.string().default("no"),
  networkMode: z.string().optional(),
  networksAdvanced: z.array(z.object({ name: z.string() })).default([]),
});

/** Takes from `pulumi stack export --show-secrets` what was deployed. Throws one sentence when nothing was. */
export function declaredOf(stack: string, text: string): Declared {
  const { resources } = exported.parse(JSON.parse(text, plain)).deployment;
  const ofType = (wanted: string) => resources.filter(({ type }) => type === wanted);
  const commands = resources.filter(({ type }) => type.startsWith("command:")).map(command);
  const containers = ofType("docker:index/container:Container").map((one) => ({
    ...one,
    ...container.parse(one.inputs),
  }));
  const alloy = containers.find(({ name }) => name === "alloy");
  const init = containers.find(({ name }) => name === "alloy-init");
  const [provider] = ofType("pulumi:providers:docker");
  const version = ofType("pulumi:pulumi:Stack")[0]?.outputs.configVersion;
  if (!alloy || !init || !provider || typeof version !== "string") {
    throw new Error(
      `Stack ${stack} has nothing deployed to compare a host with: \`pulumi up --stack ${stack}\` deploys it.`,
    );
  }
  const directory = (target: string) =>
    alloy.mounts.find((mount) => mount.target === target)?.source ?? "";
  const component = nameOf(ofType(filesType)[0]?.urn ?? "");
  const install = commands.find(({ name }) => name === filesCommand.config(component));
  const prefix = filesCommand.secret(component, "");
  const secrets = commands
    .filter(({ name }) => name.startsWith(prefix))
    .map((one) => ({ ...one, file: one.name.slice(prefix.length) }));
  return {
    route: routeOf(provider),
    containers: containers.map(({ urn, id, name, mustRun, envs, labels, ...more }) => ({
      ...{ urn, id, name, runs: mustRun, env: variables(envs) },
      ...{ memory: more.memory, restart: more.restart },
      networks: more.networkMode
        ? [more.networkMode]
        : more.networksAdvanced.map((network) => network.name),
      labels: Object.fromEntries(labels.map(({ label, value }) => [label, value])),
      pids: commands.find(({ pids }) => pids?.id === id)?.pids,
    })),
    helperImage: referenceOf(init.image, ofType("docker:index/remoteImage:RemoteImage")),
    config: {
      ...{ directory: directory("/etc/alloy"), version, urn: install?.urn ?? "" },
      files: hashes(Object.entries(unpackFiles(install?.data ?? ""))),
    },
    secrets: {
      ...{ directory: directory("/etc/alloy-secrets"), owner: alloy.user },
      files: hashes(secrets.map(({ file, data }) => [file, data])),
      urns: Object.fromEntries(secrets.map(({ file, urn }) => [file, urn])),
    },
  };
}

/** A command's script and data, and the limit of processes that it sets, if that is what it does. */
function command({ urn, inputs: { stdin } }: Resource) {
  const { script, data } = splitInput(typeof stdin === "string" ? stdin : "");
  const pids = readPidLimit(script);
  return { urn, name: nameOf(urn), data, pids: pids && { ...pids, urn } };
}

function referenceOf(id: string, images: Resource[]): string {
  const pulled = images.find(({ outputs }) => outputs.imageId === id);
  return typeof pulled?.inputs.name === "string" ? pulled.inputs.name : id;
}

function routeOf({ inputs }: Resource): Route {
  const { host, sshOpts } = inputs as { host: string; sshOpts?: string[] | string };
  // The engine keeps a provider's lists as JSON texts.
  const options = typeof sshOpts === "string" ? JSON.parse(sshOpts) : (sshOpts ?? []);
  return { host, sshOptions: options };
}

/** `NAME=value` by name. */
export function variables(envs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    envs.map((env) => env.split(/=(.*)/s)).map(([name, value = ""]) => [name, value]),
  );
}

function hashes(files: [name: string, text: string][]): Hashes {
  return Object.fromEntries(files.map(([name, text]) => [name, hash("sha256", text)]));
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** A secret as `--show-secrets` has it: a signature beside the plain text in JSON. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const isSecret = secretSignature in value && "plaintext" in value;
  return isSecret ? JSON.parse(String(value.plaintext)) : value;
}
