import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { COMPONENTS_FILE } from "../../pipelines/alloy-bundle.ts";
import { type InstallSite, inHost } from "./install-site.ts";

/** Exit code of an installation that went well but for old versions that can't be removed. */
const NOT_PRUNED = 3;

/**
 * Installs a version from standard input: written beside the last, validated by the image that will run
 * it, switched to, and loaded by the agent if there is one. Whatever fails, the old version keeps running. Three
 * containers at most while all goes well: each takes half a second.
 */
export function installVersion(site: InstallSite, version: string): string {
  const refused = `Alloy refused version ${version}, see its log above. The old version was put back.`;
  const invalid =
    `The configuration is invalid, see above. Version ${version} was not installed; ` +
    "the agent, if one runs, keeps its old one.";
  const switched = switchVersion(version);
  const prune = pruneVersions(version);
  const reloaded = `${switched}
${reloadRequest} >&2
(${awaitComponents})
${prune} || exit ${NOT_PRUNED}`;
  return `
remove_version() { ${inHost(site, removeVersion(version))}; }
reload() { ${inAgentNetwork(site, reloadRequest)}; }
loaded() { ${awaitLoaded(site)}; }
switch_and_prune() { ${inHost(site, `${switched}\n${prune}`)}; }
switch_to_version() { ${inHost(site, switched)}; }
switch_and_reload() { ${inAgentNetwork(site, reloaded, { writes: true })}; }
switch_back() { ${inHost(site, switchLink, { stdin: true })}; }
prune() { ${inHost(site, prune)}; }

${inHost(site, unpackVersion(version), { stdin: true })}
${validateVersion(site, version)} >&2 || {
  remove_version
  echo ${shellQuote(invalid)} >&2
  exit 1
}
agent=$(docker ps -a --filter name='^alloy$' --format '{{.State}}')
agent_image=$(if [ "$agent" ]; then docker inspect -f '{{.Image}}' alloy; fi)
# An agent on another image, or none, is left to the container's own replacement.
[ "$agent_image" = "$(docker image inspect -f '{{.Id}}' ${shellQuote(site.alloyImage)})" ] || agent=
case "$agent" in
  "") switch_and_prune >/dev/null ;;
  running) previous=$(switch_and_reload) || { [ $? -ne ${NOT_PRUNED} ] || exit 1; refused=yes; } ;;
  # One that stopped, or that starts over and over with what is mended now.
  *)
    previous=$(switch_to_version)
    if docker restart alloy >&2 && loaded; then prune; else refused=yes; fi
    ;;
esac
if [ "\${refused-}" ]; then
  docker logs --tail 20 alloy >&2
  if [ "$previous" ]; then
    echo "$previous" | switch_back
    if [ "$agent" = running ]; then reload >&2; else docker restart alloy >&2; fi ||
      echo "The old version could not be loaded either, see above." >&2
  fi
  remove_version
  echo ${shellQuote(refused)} >&2
  exit 1
fi
`;
}

/** Splits the packed text into the files of a version, each of them written complete or not at all. */
function unpackVersion(version: string): string {
  return `
rm -rf /service/config/versions/${version}.new
mkdir -p /service/config/versions/${version} /service/config/versions/${version}.new
cd /service/config/versions/${version}.new
awk '/^==> / { file = substr($0, 5); next } { print > file }'
mv -f * ../${version}/
rmdir ../${version}.new`;
}

/** Removes a refused version, unless it is the one in use. */
function removeVersion(version: string): string {
  return `
cd /service/config
[ "$(readlink current)" = versions/${version} ] || rm -rf versions/${version}`;
}

function validateVersion(site: InstallSite, version: string): string {
  return oneShot({
    image: site.alloyImage,
    mounts: [`${site.directory}/config:/etc/alloy:ro`],
    user: `${site.uid}:${site.gid}`,
    memory: site.alloyMemory,
    command: ["validate", `/etc/alloy/versions/${version}/`],
  });
}

/** Points the link at a version and tells where it pointed. */
function switchVersion(version: string): string {
  return `
cd /service/config
readlink current || true
ln -sfn versions/${version} current`;
}

/** Points the link at what standard input names. */
const switchLink = 'cd /service/config && ln -sfn "$(cat)" current';

/** What a stack no longer lists is gone from the host. */
function pruneVersions(version: string): string {
  return `cd /service/config/versions && ls | grep -vx ${version} | xargs -r rm -rf`;
}

/** A script in the agent's network namespace, for its port is published nowhere, that sees the service's configuration. */
function inAgentNetwork(site: InstallSite, script: string, { writes = false } = {}): string {
  return oneShot({
    image: site.initImage,
    network: "container:alloy",
    mounts: [`${site.directory}/config:/service/config${writes ? "" : ":ro"}`],
    ...(writes && { addCapabilities: ["DAC_OVERRIDE"] }),
    command: ["sh", "-euc", script.trim()],
  });
}

/**
 * Answers 400 to a configuration that Alloy can't load, which then continues with the old one. A sink that is
 * away holds it up for a minute. `timeout` bounds the whole request; wget's own `-T` bounds each read alone.
 */
const reloadRequest = "timeout 300 wget -q -O - --post-data= http://127.0.0.1:12345/-/reload";

/** Waits up to a minute until the agent is ready and has every component that its files declare. */
export function awaitLoaded(site: InstallSite): string {
  return inAgentNetwork(site, awaitComponents);
}

const awaitComponents = `
components=$(cat /service/config/current/${COMPONENTS_FILE})
missing="the agent's answer"
for try in $(seq 60); do
  if timeout 5 wget -q -O /dev/null http://127.0.0.1:12345/-/ready &&
    loaded=$(timeout 5 wget -q -O - http://127.0.0.1:12345/api/v0/web/components); then
    missing=
    for id in $components; do
      case "$loaded" in *"\\"localID\\":\\"$id\\""*) ;; *) missing="$missing $id" ;; esac
    done
    [ -z "$missing" ] && exit 0
  fi
  sleep 1
done
echo "Alloy runs but these components are not loaded after 60 s: $missing" >&2
exit 1`;
