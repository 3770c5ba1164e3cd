import { z } from "zod";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import type { Declared } from "./declared.ts";

/** What a host says of itself. */
export interface Observed {
  containers: ObservedContainer[];
  /** Version that the link `current` names; left out where there is none. */
  version?: string;
  /** All versions that are installed. */
  versions: string[];
  /** SHA-256 by file name, of the version that was deployed. */
  files: Record<string, string>;
  secrets: Record<string, ObservedSecret>;
}

export interface ObservedContainer {
  id: string;
  name: string;
  running: boolean;
  env: string[];
  labels: Record<string, string>;
  /** 0 or -1 for none. */
  pidLimit: number;
  image: { env: string[]; labels: Record<string, string> };
}

interface ObservedSecret {
  mode: string;
  owner: string;
  /** SHA-256; left out where its owner can't read it. */
  hash?: string;
}

const containerFormat =
  '{"id":{{json .Id}},"name":{{json .Name}},"running":{{json .State.Running}},"env":{{json .Config.Env}},' +
  '"labels":{{json .Config.Labels}},"pidLimit":{{json .HostConfig.PidsLimit}}}';
const imageFormat = '{"env":{{json .Config.Env}},"labels":{{json .Config.Labels}}}';

/** A POSIX script that tells all of it and changes nothing: what is mounted must exist and is read-only. */
export function observeScript({ containers, helperImage, config, secrets }: Declared): string {
  const look = (directory: string, script: string, user?: string) =>
    oneShot({
      image: helperImage,
      readOnlyMounts: [{ source: directory, target: "/seen" }],
      command: ["sh", "-euc", script.trim()],
      ...(user && { user }),
    });
  const names = containers.map(({ name }) => shellQuote(name)).join(" ");
  return `
existing=$(docker ps --all --format '{{.Names}}')
for name in ${names}; do
  printf '%s\\n' "$existing" | grep -qx "$name" || continue
  echo "container $(docker container inspect --format ${shellQuote(containerFormat)} "$name")"
  image=$(docker container inspect --format '{{.Image}}' "$name")
  echo "image $(docker image inspect --format ${shellQuote(imageFormat)} "$image")"
done
${look(config.directory, listConfig(config.version))}
${look(secrets.directory, listSecrets, secrets.owner)}`;
}

function listConfig(version: string): string {
  return `
cd /seen
echo "current $(readlink current || true)"
for version in versions/*; do [ -d "$version" ] && echo "version \${version#versions/}" || true; done
[ -d versions/${version} ] || exit 0
cd versions/${version}
for file in *; do [ -f "$file" ] && echo "file $(sha256sum < "$file" | cut -c 1-64) $file" || true; done`;
}

/** Run by the secrets' owner: no other user can read them, root without capabilities neither. */
const listSecrets = `
cd /seen
for file in * .[!.]*; do
  [ -f "$file" ] || continue
  hash=$(sha256sum < "$file" 2>/dev/null | cut -c 1-64)
  echo "secret $(stat -c '%a %u:%g' "$file") \${hash:--} $file"
done`;

const imageLine = z.object({ env: texts(), labels: labels() });
const containerLine = z.object({
  id: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, "")),
  running: z.boolean(),
  env: texts(),
  labels: labels(),
  pidLimit: z
    .number()
    .nullable()
    .transform((limit) => limit ?? 0),
});

function texts() {
  return z
    .array(z.string())
    .nullable()
    .transform((list) => list ?? []);
}

function labels() {
  return z
    .record(z.string(), z.string())
    .nullable()
    .transform((map) => map ?? {});
}

/** Reads what the script printed. Throws on a line that it does not know. */
export function parseObserved(text: string): Observed {
  const seen: Observed = { containers: [], versions: [], files: {}, secrets: {} };
  for (const line of text.split("\n").filter(Boolean)) {
    const [, kind = "", rest = ""] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (!readLine(seen, kind, rest))
      throw new Error(`The host answered what is not known: ${line}`);
  }
  return seen;
}

function readLine(seen: Observed, kind: string, rest: string): boolean {
  if (kind === "container") {
    const image = { env: [], labels: {} };
    seen.containers.push({ ...containerLine.parse(JSON.parse(rest)), image });
  } else if (kind === "image") {
    const container = seen.containers.at(-1);
    if (container) container.image = imageLine.parse(JSON.parse(rest));
  } else if (kind === "current") {
    if (rest) seen.version = rest.replace(/^versions\//, "");
  } else if (kind === "version") {
    seen.versions.push(rest);
  } else if (kind === "file") {
    const [, hash = "", name = ""] = /^(\w{64}) (.+)$/.exec(rest) ?? [];
    seen.files[name] = hash;
  } else if (kind === "secret") {
    const [, mode = "", owner = "", hash = "", name = ""] =
      /^(\d+) (\S+) (\S+) (.+)$/.exec(rest) ?? [];
    seen.secrets[name] = { mode, owner, ...(hash !== "-" && { hash }) };
  } else {
    return false;
  }
  return true;
}
