import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { asideName, type OldContainer, type Record, recordFile, serviceNames } from "./record.ts";

/** All of these can be run again without harm: a run that was cut off is resumed from its start. */

/** Runs a POSIX script on the host, with what it reads from standard input. Throws with its last line of error. */
export type OnHost = (script: string, data?: string) => Promise<string>;

/** Fetches what the deployment needs while the old service still runs. */
export function fetchImages(images: readonly string[]): string {
  return images
    .map(shellQuote)
    .map((image) => `docker image inspect ${image} >/dev/null 2>&1 || docker pull -q ${image} >&2`)
    .join("\n");
}

/** Stops a container for good, flushing what it has, and frees its name. Its networks stay as they are. */
export function putAside({ id, name }: OldContainer): string {
  // Alloy writes down positions and samples; HAProxy would wait for streams that never end, and loses nothing.
  const seconds = name === "alloy" ? 30 : 2;
  return `
docker update --restart no ${id} >/dev/null
docker stop -t ${seconds} ${id} >/dev/null
${rename(id, asideName(name))}`;
}

/** What `putAside` changed, as it was. */
export function putBack({ id, name, restart, running }: OldContainer): string {
  const policy = restart.retries > 0 ? `${restart.policy}:${restart.retries}` : restart.policy;
  return `
${rename(id, name)}
docker update --restart ${shellQuote(policy || "no")} ${id} >/dev/null
${running ? `docker start ${id} >/dev/null` : ""}`;
}

function rename(id: string, name: string): string {
  return `[ "$(docker inspect -f '{{.Name}}' ${id})" = /${name} ] || docker rename ${id} ${name}`;
}

/** Removes whatever else has the names of the old containers: what a deployment made, known to Pulumi or not. */
export function removeOthers({ containers }: Pick<Record, "containers">): string {
  const ours = containers.map(({ id }) => id).join(" ");
  return `
for name in ${serviceNames.join(" ")}; do
  id=$(docker ps -aq --no-trunc --filter "name=^$name$")
  [ "$id" ] || continue
  case " ${ours} " in
    *" $id "*) ;;
    *) docker stop -t 30 "$id" >/dev/null; docker rm -v "$id" >/dev/null ;;
  esac
done`;
}

/** Removes the old containers. */
export function removeOld({ containers }: Pick<Record, "containers">): string {
  return containers
    .map(({ id }) => `! docker inspect ${id} >/dev/null 2>&1 || docker rm -v ${id} >/dev/null`)
    .join("\n");
}

export interface Site {
  /** The service's directory on the host. */
  directory: string;
  /** Image with BusyBox. */
  initImage: string;
}

/** Writes the record from standard input, complete or not at all. */
export function writeRecord(site: Site): string {
  const file = `/service/${recordFile}`;
  return inDirectory(site, `cat > ${file}.new && mv -f ${file}.new ${file}`);
}

export function removeRecord(site: Site): string {
  return inDirectory(site, `rm -f /service/${recordFile}`);
}

function inDirectory({ directory, initImage }: Site, script: string): string {
  return oneShot({
    image: initImage,
    mounts: [`${directory}:/service`],
    command: ["sh", "-euc", script],
    stdin: true,
  });
}
