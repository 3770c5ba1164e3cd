import { createHash } from "node:crypto";
import { z } from "zod";
import { filesCommand, filesType } from "../../components/files/install-site.ts";
import { readPidLimit } from "../../host-shell/pid-limit.ts";
import { splitInput } from "../../host-shell/shell.ts";
import type { Route } from "../../host-shell/ssh.ts";
import { unpackFiles } from "../../pipelines/alloy-bundle.ts";
import { type Resource, resourcesIn } from "./state.ts";

/** What a stack has deployed, as far as a host can be asked for it. */
export interface Declared {
  /** How the Docker provider reaches the host. */
  route: Route;
  containers: DeclaredContainer[];
  /** Image reference of BusyBox on the host, for the containers that look at files. */
  helperImage: string;
  config: {
    /** Directory on the host that is Alloy's `/etc/alloy`. */
    directory: string;
    version: string;
    /** SHA-256 by file name. */
    files: Record<string, string>;
    /** URN of the command that installs it. */
    urn: string;
  };
  secrets: {
    /** Directory on the host that is Alloy's `/etc/alloy-secrets`. */
    directory: string;
    /** `uid:gid` that owns every secret and alone reads it. */
    owner: string;
    /** SHA-256 by file name. */
    files: Record<string, string>;
    /** URNs of the commands that write them, by file name. */
    urns: Record<string, string>;
  };
}

export interface DeclaredContainer {
  urn: string;
  id: string;
  /** Name on the host. */
  name: string;
  /** Whether it runs on, other than a one-shot, which has ended. */
  runs: boolean;
  /** Variables by name, beyond those of its image. */
  env: Record<string, string>;
  /** Labels by name, beyond those of its image. */
  labels: Record<string, string>;
  pids?: PidLimit;
}

interface PidLimit {
  limit: number;
  /** URN of the command that sets it. */
  urn: string;
}

const container = z.object({
  name: z.string(),
  image: z.string(),
  user: z.string().default("0:0"),
  mustRun: z.boolean().default(true),
  envs: z.array(z.string()).default([]),
  labels: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  mounts: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
});

/** Takes from `pulumi stack export --show-secrets` what was deployed. Throws one sentence when nothing was. */
export function declaredOf(stack: string, text: string): Declared {
  const resources = resourcesIn(text);
  const containers = resources
    .filter(({ type }) => type === "docker:index/container:Container")
    .map(({ urn, id, inputs }) => ({ urn, id, ...container.parse(inputs) }));
  const alloy = containers.find(({ name }) => name === "alloy");
  const init = containers.find(({ name }) => name === "alloy-init");
  const provider = resources.find(({ type }) => type === "pulumi:providers:docker");
  const version = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs
    .configVersion;
  if (!alloy || !init || !provider || typeof version !== "string") {
    throw new Error(
      `Stack ${stack} has nothing deployed that a host could be compared with: \`pulumi up --stack ${stack}\` deploys it.`,
    );
  }
  const source = (target: string) =>
    alloy.mounts.find((mount) => mount.target === target)?.source ?? "";
  const files = filesOf(resources);
  return {
    route: routeOf(provider),
    containers: containers.map((one) => declaredContainer(one, pidLimits(resources))),
    helperImage: init.image,
    config: { directory: source("/etc/alloy"), version, ...files.config },
    secrets: { directory: source("/etc/alloy-secrets"), owner: alloy.user, ...files.secrets },
  };
}

function routeOf({ inputs }: Resource): Route {
  const { host, sshOpts } = inputs as { host: string; sshOpts?: string[] | string };
  // The engine keeps a provider's lists as JSON texts.
  const options = typeof sshOpts === "string" ? JSON.parse(sshOpts) : (sshOpts ?? []);
  return { host, sshOptions: options };
}

type Container = z.output<typeof container> & { urn: string; id: string };

function declaredContainer(
  { urn, id, name, mustRun, envs, labels }: Container,
  limits: ReadonlyMap<string, PidLimit>,
): DeclaredContainer {
  const pids = limits.get(id);
  return {
    urn,
    id,
    name,
    runs: mustRun,
    env: variables(envs),
    labels: Object.fromEntries(labels.map(({ label, value }) => [label, value])),
    ...(pids && { pids }),
  };
}

/** `NAME=value` by name. */
export function variables(envs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    envs.map((env) => {
      const at = env.indexOf("=");
      return at < 0 ? [env, ""] : [env.slice(0, at), env.slice(at + 1)];
    }),
  );
}

/** Limits by container id, from the commands that set them. */
function pidLimits(resources: readonly Resource[]): Map<string, PidLimit> {
  return new Map(
    resources.flatMap((one) => {
      const found = readPidLimit(inputOf(one).script);
      return found ? [[found.id, { limit: found.limit, urn: one.urn }] as const] : [];
    }),
  );
}

/** Hashes of the files that `AlloyFiles` put on the host, by the names of its commands. */
function filesOf(resources: readonly Resource[]) {
  const config = { urn: "", files: {} as Record<string, string> };
  const secrets = { urns: {} as Record<string, string>, files: {} as Record<string, string> };
  const component = nameOf(resources.find(({ type }) => type === filesType)?.urn ?? "");
  const secretPrefix = filesCommand.secret(component, "");
  for (const one of resources.filter(({ type }) => type.startsWith("command:"))) {
    const name = nameOf(one.urn);
    const { data } = inputOf(one);
    if (name.startsWith(secretPrefix)) {
      const secret = name.slice(secretPrefix.length);
      secrets.files[secret] = sha256(data);
      secrets.urns[secret] = one.urn;
    } else if (name === filesCommand.config(component)) {
      const files = Object.entries(unpackFiles(data));
      config.urn = one.urn;
      config.files = Object.fromEntries(files.map(([file, text]) => [file, sha256(text)]));
    }
  }
  return { config, secrets };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** Script and data of a command resource; empty for any other. */
function inputOf({ type, inputs }: Resource): { script: string; data: string } {
  const { stdin } = inputs;
  const isCommand = type.startsWith("command:") && typeof stdin === "string";
  return isCommand ? splitInput(stdin) : { script: "", data: "" };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
