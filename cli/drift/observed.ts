import { z } from "zod";
import { SET_ASIDE_FILE } from "../../components/files/token-ends.ts";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { type Declared, type Hashes, variables } from "./declared.ts";

/** What a host says of itself. */
export interface Observed {
  containers: (ObservedContainer & { image: ContainerConfig })[];
  /** Version that the link `current` names; empty where there is none. */
  version: string;
  /** All versions that are installed. */
  versions: string[];
  /** Of all versions, by `version/name`. */
  files: Hashes;
  secrets: Record<string, { mode: string; owner: string; hash: string }>;
}

/** A POSIX script that prints all of it and changes nothing: what is mounted must exist and is read-only. */
export function observeScript({ containers, helperImage, config, secrets }: Declared): string {
  const look = oneShot({
    image: helperImage,
    readOnlyMounts: [
      { source: config.directory, target: "/seen/config" },
      { source: secrets.directory, target: "/seen/secrets" },
    ],
    // Both belong to users who may let nobody else in.
    addCapabilities: ["DAC_READ_SEARCH"],
    command: ["sh", "-euc", lookAround.trim()],
  });
  const names = containers.map(({ name }) => shellQuote(name)).join(" ");
  return `
existing=$(docker ps --all --format '{{.Names}}')
for name in ${names}; do
  printf '%s\\n' "$existing" | grep -qx "$name" || continue
  printf 'container\\t%s\\n' "$(docker container inspect --format '{{json .}}' "$name")"
  image=$(docker container inspect --format '{{.Image}}' "$name")
  printf 'image\\t%s\\n' "$(docker image inspect --format '{{json .}}' "$image")"
done
${look}`;
}

/** The tokens' ends, in \`textfile\`, are written like secrets, and compared as such. */
const lookAround = `
cd /seen/config
printf 'current\\t%s\\n' "$(readlink current || true)"
sha256() { sha256sum < "$1" | cut -c 1-64; }
for file in versions/*/* versions/*/.[!.]*; do
  [ ! -f "$file" ] || printf 'file\\t%s\\t%s\\n' "$(sha256 "$file")" "\${file#versions/}"
done
for version in versions/*; do
  [ ! -d "$version" ] || printf 'version\\t%s\\n' "\${version#versions/}"
done
for file in /seen/secrets/* /seen/secrets/.[!.]* textfile/*; do
  name=\${file##*/}
  [ -f "$file" ] && [ "$name" != ${SET_ASIDE_FILE} ] || continue
  printf 'secret\\t%s\\t%s\\t%s\\t%s\\n' "$(stat -c '%a' "$file")" "$(stat -c '%u:%g' "$file")" "$(sha256 "$file")" "$name"
done`;

/** Docker has null for an empty list. */
const containerConfig = z
  .object({
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  })
  .transform(({ Env, Labels }) => ({ env: variables(Env ?? []), labels: Labels ?? {} }));
type ContainerConfig = z.output<typeof containerConfig>;

const image = z.object({ Config: containerConfig }).transform(({ Config }) => Config);
const container = z
  .object({
    Id: z.string(),
    Name: z.string(),
    State: z.object({ Running: z.boolean() }),
    Config: containerConfig,
    HostConfig: z.object({
      PidsLimit: z.number().nullish(),
      Memory: z.number(),
      RestartPolicy: z.object({ Name: z.string() }),
    }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
  })
  .transform(({ Id, Name, State, Config, HostConfig, NetworkSettings }) => ({
    ...Config,
    id: Id,
    name: Name.replace(/^\//, ""),
    running: State.Running,
    /** 0 or -1 for none. */
    pidLimit: HostConfig.PidsLimit ?? 0,
    /** In MB. */
    memory: HostConfig.Memory / 1024 ** 2,
    restart: HostConfig.RestartPolicy.Name || "no",
    networks: Object.keys(NetworkSettings.Networks),
  }));
type ObservedContainer = z.output<typeof container>;

/** Reads what the script printed. Throws on a line that it does not know. */
export function parseObserved(text: string): Observed {
  const seen: Observed = { containers: [], version: "", versions: [], files: {}, secrets: {} };
  for (const line of text.split("\n").filter(Boolean)) {
    const [kind, ...fields] = line.split("\t");
    const [first = "", second = "", hash = "", name = ""] = fields;
    if (kind === "container") {
      const found = container.parse(JSON.parse(first));
      seen.containers.push({ ...found, image: { env: {}, labels: {} } });
    } else if (kind === "image") {
      Object.assign(seen.containers.at(-1)?.image ?? {}, image.parse(JSON.parse(first)));
    } else if (kind === "current") seen.version = first.replace(/^versions\//, "");
    else if (kind === "version") seen.versions.push(first);
    else if (kind === "file") seen.files[second] = first;
    else if (kind === "secret") seen.secrets[name] = { mode: first, owner: second, hash };
    else {
      throw new Error(
        `The host gave an unknown answer: ${line}. If its key may do nothing but this: --key prints its new line.`,
      );
    }
  }
  return seen;
}
