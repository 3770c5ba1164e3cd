import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { READER_RULES_FILE } from "../../pipelines/alloy-bundle.ts";
import { awaitComponents, awaitLoaded, inAgentNetwork, NOT_PRUNED } from "./await-loaded.ts";
import { carryPositions } from "./carry-positions.ts";
import { tryImage } from "./image-trial.ts";
import { type InstallSite, inHost } from "./install-site.ts";
import { proveVersion, putBack, switchVersion } from "./version-links.ts";

export interface PackedVersion {
  version: string;
  /** Length of the packed files, by which ones that a lost connection cut off are told. */
  bytes: number;
}

/**
 * Installs a version from standard input: unpacked beside the last, validated by the image that will run
 * it, switched to, and loaded by the agent if there is one. Whatever fails, the last proven version keeps running.
 * Three containers at most while all goes well: each takes half a second. An agent keeps the labels of the containers
 * that it reads: where their rules have changed it is restarted, and its positions get the new keys in between.
 */
export function installVersion(site: InstallSite, { version, bytes }: PackedVersion): string {
  const invalid =
    `The configuration is invalid, see above. Version ${version} was not installed; ` +
    "the agent, if one runs, keeps its old one.";
  const notRun =
    `The image ${site.alloyImage} does not run version ${version}, see its log above. ` +
    "The agent stays as it is. Set images.alloy to one that does.";
  const notCarried = "The positions of container logs could not be kept: the logs are read again.";
  return `
remove_unpacked() { ${inHost(site, `rm -rf /service/config/versions/${version}.new`)}; }
remove_version() { ${inHost(site, removeVersion(version))}; }
switch() { ${inHost(site, switchVersion(version))}; }
switch_and_reload() { ${inAgentNetwork(site, switchAndReload(version))}; }
loaded() { ${awaitLoaded(site)}; }
try_image() { ${tryImage(site)}; }
put_back() { ${inHost(site, putBack)}; }
reload() { ${inAgentNetwork(site, reloadRequest)}; }

other_rules=$(${inHost(site, unpackVersion(version, bytes), { stdin: true })})
${validateVersion(site, version)} >&2 || {
  remove_unpacked
  echo ${shellQuote(invalid)} >&2
  exit 1
}
agent=$(docker ps -a --filter name='^alloy$' --format '{{.State}}')
agent_image=$(if [ "$agent" ]; then docker inspect -f '{{.Image}}' alloy; fi)
if [ "$other_rules" ]; then
  # One that runs would write over its positions.
  [ "$agent" != running ] || docker stop -t 30 alloy >/dev/null
  ${carryPositions(site)} || echo ${shellQuote(notCarried)} >&2
fi
# An agent on another image, or none, is left to the container's own replacement, which proves the version. One that
# runs stays until the image is known to start with it.
trial=
if [ "$agent_image" != "$(docker image inspect -f '{{.Id}}' ${shellQuote(site.alloyImage)})" ]; then
  [ -z "$other_rules" ] || [ "$agent" != running ] || docker start alloy >/dev/null
  [ "$agent" != running ] || trial=yes
  agent=
elif [ "$other_rules" ] && [ "$agent" = running ]; then
  echo "The labels of container logs have changed: the agent is restarted." >&2
  agent=stopped
fi
said=
case "$agent" in
  "")
    switch
    [ -z "$trial" ] || try_image || {
      put_back >/dev/null
      remove_version
      echo ${shellQuote(notRun)} >&2
      exit 1
    }
    ;;
  running) said=$(switch_and_reload) || { [ $? -ne ${NOT_PRUNED} ] || exit 1; refused=yes; } ;;
  # One that stopped, or that starts over and over with what is fixed now.
  *)
    switch
    { docker restart alloy >&2 && loaded; } || { [ $? -ne ${NOT_PRUNED} ] || exit 1; refused=yes; }
    ;;
esac
if [ "\${refused-}" ]; then
  docker logs --tail 20 alloy >&2
  old=\${said:-$(put_back)}
  if [ "$agent" = running ]; then reload >&2; else docker restart alloy >&2; fi ||
    echo "The old version could not be loaded either, see above." >&2
  remove_version
  echo "Alloy refused version ${version}, see its log above.\${old:+ The old version was put back.}" >&2
  exit 1
fi
[ -z "$said" ] || echo "$said"
`;
}

/**
 * Splits the packed text into the files of a version; says whether its rules for the labels of container logs are not
 * those in use.
 */
function unpackVersion(version: string, bytes: number): string {
  return `
mkdir -p /service/config/versions
cd /service/config/versions
rm -rf ${version}.new
mkdir ${version}.new
cat > ${version}.packed
[ "$(wc -c < ${version}.packed)" -eq ${bytes} ] || {
  rm -rf ${version}.new ${version}.packed
  echo "The configuration was cut off on its way; version ${version} was not installed." >&2
  exit 1
}
cd ${version}.new
awk '/^==> / { file = substr($0, 5); next } { print > file }' ../${version}.packed
rm -f ../${version}.packed
rules=${READER_RULES_FILE}
[ ! -e $rules ] || cmp -s $rules ../../current/$rules || echo other rules`;
}

/** Removes a refused version, unless it is the one in use. */
function removeVersion(version: string): string {
  return `
cd /service/config
[ "$(readlink current)" = versions/${version} ] || rm -rf versions/${version}`;
}

/** The unpacked version is mounted where the agent will see it. */
function validateVersion(site: InstallSite, version: string): string {
  const place = `/etc/alloy/versions/${version}`;
  return oneShot({
    image: site.alloyImage,
    mounts: [`${site.directory}/config/versions/${version}.new:${place}:ro`],
    user: `${site.uid}:${site.gid}`,
    memory: site.alloyMemory,
    command: ["validate", `${place}/`],
  });
}

/**
 * Answers 400 to a configuration that Alloy can't load, which then continues with the old one. A sink that is
 * away holds it up for a minute. `timeout` bounds the whole request; wget's own `-T` bounds each read alone.
 */
const reloadRequest = "timeout 300 wget -q -O - --post-data= http://127.0.0.1:12345/-/reload";

/**
 * In one container, which ends its work whatever becomes of the connection: a version that is not loaded is
 * not what the agent's next start reads. Nothing is decided if another installation has switched meanwhile. Prints
 * a warning, or after a failure the version that was put back.
 */
function switchAndReload(version: string): string {
  return `
${awaitComponents}
${switchVersion(version)}
if ${reloadRequest} >&2 && await_components; then loaded=yes; else loaded=; fi
[ "$(readlink /service/config/current)" = versions/${version} ] || exit 1
if [ "$loaded" ]; then
  (${proveVersion}) || exit ${NOT_PRUNED}
else
  (${putBack})
  exit 1
fi`;
}
