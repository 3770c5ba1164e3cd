import { z } from "zod";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { asideName, record, recordFile, serviceNames } from "./record.ts";

/** What is read of a container: never its environment, which holds the old passwords. */
const container = z.object({
  id: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, "")),
  running: z.boolean(),
  user: z.string(),
  command: z.preprocess((words) => words ?? [], z.array(z.string())),
  restart: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
  labels: z.preprocess((labels) => labels ?? {}, z.record(z.string(), z.string())),
  mounts: z.array(z.object({ Source: z.string(), Destination: z.string() })),
  /** HOSTNAME_OVERRIDE, the value of the label `host`; "" where it is not set. */
  hostLabel: z.array(z.string()).transform(([value]) => value ?? ""),
});
export type FoundContainer = z.output<typeof container>;

const containerTemplate = `{"container":{
"id":{{json .Id}},"name":{{json .Name}},"running":{{json .State.Running}},
"user":{{json .Config.User}},"command":{{json .Config.Cmd}},"restart":{{json .HostConfig.RestartPolicy}},
"labels":{{json .Config.Labels}},"mounts":{{json .Mounts}},
"hostLabel":[{{range .Config.Env}}{{$v := split . "="}}{{if eq (index $v 0) "HOSTNAME_OVERRIDE"}}{{json (index $v 1)}}{{end}}{{end}}]}}`;

const network = z.object({
  name: z.string(),
  internal: z.boolean(),
  subnets: z.preprocess((all) => all ?? [], z.array(z.object({ Subnet: z.string() }))),
});

const networkTemplate =
  '{"network":{"name":{{json .Name}},"internal":{{json .Internal}},"subnets":{{json .IPAM.Config}}}}';

/** One line of what the script says. */
const said = z.strictObject({
  container: container.optional(),
  network: network.optional(),
  unwritable: z.string().optional(),
  record: record.optional(),
});

/** What is on the host before, during or after an adoption. */
export type Found = ReturnType<typeof readLook>;

/** What the script of `look` said. Throws when it is not understood. */
export function readLook(output: string) {
  const lines = output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => said.parse(JSON.parse(line)));
  return {
    containers: lines.flatMap(({ container }) => container ?? []),
    networks: lines.flatMap(({ network }) => network ?? []),
    /** Directories that the program has to write to and can't. */
    unwritable: lines.flatMap(({ unwritable }) => unwritable ?? []),
    record: lines.find((line) => line.record)?.record,
  };
}

export interface LookArgs {
  /** The service's directory on the host. */
  directory: string;
  /** BusyBox, by which files are read; only if it is on the host already: looking changes nothing. */
  initImage: string;
}

/** A script that says all of it, a line of JSON each. */
export function look({ directory, initImage }: LookArgs): string {
  const names = [...serviceNames, ...serviceNames.map(asideName)];
  const filters = (all: readonly string[]) =>
    all.map((name) => `--filter name=^${name}$`).join(" ");
  const template = (text: string) => shellQuote(text.replaceAll("\n", ""));
  const inDirectory = (script: string) =>
    oneShot({
      image: initImage,
      mounts: [`${directory}:/service:ro`],
      command: ["sh", "-euc", script.trim()],
    });
  return `
ids=$(docker ps -aq --no-trunc ${filters(names)})
[ -z "$ids" ] || docker inspect -f ${template(containerTemplate)} $ids
ids=$(docker network ls -q ${filters(["alloy-frontend", "alloy-backend"])})
[ -z "$ids" ] || docker network inspect -f ${template(networkTemplate)} $ids
if docker image inspect ${shellQuote(initImage)} >/dev/null 2>&1; then
  ${inDirectory(lookInside(directory))}
fi`;
}

/** Root in a one-shot has no way around a directory's mode, nor has the program. */
function lookInside(directory: string): string {
  return `
for path in "" /config /secrets; do
  [ ! -e "/service$path" ] || [ "$(stat -c %u "/service$path")" = 0 ] ||
    [ "$(($(stat -c 0%a "/service$path") & 2))" != 0 ] ||
    echo '{"unwritable":"${directory}'"$path"'"}'
done
if [ -e /service/${recordFile} ]; then
  printf '{"record":%s}\\n' "$(cat /service/${recordFile})"
fi`;
}
