import { z } from "zod";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { asideName, type Record, record, recordFile, serviceNames } from "./record.ts";

/** What is read of a container: never its environment, which holds the old passwords. */
const container = z.object({
  kind: z.literal("container"),
  id: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, "")),
  running: z.boolean(),
  user: z.string(),
  command: z
    .array(z.string())
    .nullable()
    .transform((words) => words ?? []),
  restart: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
  labels: z
    .record(z.string(), z.string())
    .nullable()
    .transform((labels) => labels ?? {}),
  mounts: z.array(z.object({ Source: z.string(), Destination: z.string() })),
  /** HOSTNAME_OVERRIDE, the value of the label `host`; "" where it is not set. */
  hostLabel: z.array(z.string()).transform(([value]) => value ?? ""),
});

const network = z.object({
  kind: z.literal("network"),
  name: z.string(),
  internal: z.boolean(),
  subnets: z
    .array(z.object({ Subnet: z.string() }))
    .nullable()
    .transform((all) => all ?? []),
});

const unwritable = z.object({ kind: z.literal("unwritable"), path: z.string() });
const positions = z.object({
  kind: z.literal("positions"),
  base64: z.string().transform((text) => Buffer.from(text, "base64").toString()),
});
const kept = z.object({ kind: z.literal("record"), record });
const line = z.discriminatedUnion("kind", [container, network, unwritable, positions, kept]);

export type FoundContainer = z.output<typeof container>;
type FoundNetwork = z.output<typeof network>;

/** What is on the host before, during or after an adoption. */
export interface Found {
  containers: FoundContainer[];
  networks: FoundNetwork[];
  /** Directories that the program has to write to and can't. */
  unwritable: string[];
  /** How far the old agent has read which container, as it keeps it; left out where it keeps nothing. */
  positions?: string;
  record?: Record;
}

export interface LookArgs {
  /** The service's directory on the host. */
  directory: string;
  /** BusyBox, by which files are read; only if it is on the host already: looking changes nothing. */
  initImage: string;
  /** Alloy's user, who alone may read its state: `uid:gid`. */
  user: string;
}

const names = [...serviceNames, ...serviceNames.map(asideName)];
const containerFields = [
  '"kind":"container"',
  '"id":{{json .Id}}',
  '"name":{{json .Name}}',
  '"running":{{json .State.Running}}',
  '"user":{{json .Config.User}}',
  '"command":{{json .Config.Cmd}}',
  '"restart":{{json .HostConfig.RestartPolicy}}',
  '"labels":{{json .Config.Labels}}',
  '"mounts":{{json .Mounts}}',
  '"hostLabel":[{{range .Config.Env}}{{$v := split . "="}}{{if eq (index $v 0) "HOSTNAME_OVERRIDE"}}{{json (index $v 1)}}{{end}}{{end}}]',
];
const networkFields = [
  '"kind":"network"',
  '"name":{{json .Name}}',
  '"internal":{{json .Internal}}',
  '"subnets":{{json .IPAM.Config}}',
];

/** A script that says all of it, a line of JSON each. */
export function look({ directory, initImage, user }: LookArgs): string {
  const filters = (all: readonly string[]) =>
    all.map((name) => `--filter name=^${name}$`).join(" ");
  const template = (fields: string[]) => shellQuote(`{${fields.join(",")}}`);
  const inDirectory = oneShot({
    image: initImage,
    mounts: [`${directory}:/service:ro`],
    command: ["sh", "-euc", lookInside(directory)],
  });
  const inState = oneShot({
    image: initImage,
    mounts: [`${directory}:/service:ro`],
    user,
    command: ["sh", "-euc", showPositions],
  });
  return `
ids=$(docker ps -aq --no-trunc ${filters(names)})
[ -z "$ids" ] || docker inspect -f ${template(containerFields)} $ids
ids=$(docker network ls -q ${filters(["alloy-frontend", "alloy-backend"])})
[ -z "$ids" ] || docker network inspect -f ${template(networkFields)} $ids
if docker image inspect ${shellQuote(initImage)} >/dev/null 2>&1; then
  ${inDirectory}
  ${inState}
fi`;
}

/** Root in a one-shot has no way around a directory's mode, nor has the program. */
function lookInside(directory: string): string {
  return `
for path in . config secrets; do
  [ ! -e "/service/$path" ] || [ "$(stat -c %u "/service/$path")" = 0 ] ||
    [ "$(($(stat -c 0%a "/service/$path") & 2))" != 0 ] ||
    echo '{"kind":"unwritable","path":"${directory}/'"$path"'"}'
done
if [ -e /service/${recordFile} ]; then
  printf '{"kind":"record","record":%s}\\n' "$(cat /service/${recordFile})"
fi`.trim();
}

/** Base64, since it is YAML in a line of JSON. */
const showPositions = `
file=/service/data/data/loki.source.docker.containers/positions.yml
[ -r "$file" ] || exit 0
printf '{"kind":"positions","base64":"'
base64 "$file" | tr -d '\\n'
printf '"}\\n'`.trim();

/** What the script of `look` said. Throws when it is not understood. */
export function readLook(output: string): Found {
  const lines = output
    .split("\n")
    .filter((text) => text.trim() !== "")
    .map((text) => line.parse(JSON.parse(text)));
  const of = <K extends (typeof lines)[number]["kind"]>(kind: K) =>
    lines.filter((one): one is Extract<(typeof lines)[number], { kind: K }> => one.kind === kind);
  return {
    containers: of("container"),
    networks: of("network"),
    unwritable: of("unwritable").map(({ path }) => path.replace(/\/\.$/, "")),
    positions: of("positions")[0]?.base64,
    record: of("record")[0]?.record,
  };
}
