import { basename } from "node:path";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { COMPONENTS_FILE } from "../../pipelines/alloy-bundle.ts";
import { removeMoved } from "./install-scripts.ts";
import { type InstallSite, inHost, MOVED_FROM } from "./install-site.ts";
import { journalIsRead } from "./journal-is-read.ts";
import { pointLink, proveVersion, putBack } from "./version-links.ts";

/** A script in the agent's network namespace, for its port is published nowhere, that works on the configuration. */
export function inAgentNetwork(site: InstallSite, script: string): string {
  return inNetworkOf("alloy", site, script);
}

export function inNetworkOf(container: string, site: InstallSite, script: string): string {
  return oneShot({
    image: site.initImage,
    network: `container:${container}`,
    mounts: [`${site.directory}/config:/service/config`],
    // Who owns the directory may have given it permissions that let nobody else in.
    addCapabilities: ["DAC_OVERRIDE"],
    command: ["sh", "-euc", script.trim()],
  });
}

/** Seconds for an agent to load what its files declare. */
const patience = 60;

const silent =
  `warning: Alloy was ready, but did not say within ${patience} s which components it runs. ` +
  "Whether all of them are loaded is not known; npm run verify says what arrives.";

/**
 * Defines `await_components`, which waits until the agent is ready and has every component that its files declare.
 * An agent that is ready and never answers what it has may be stuck in that answer alone: that is no failure.
 * `timeout` bounds a whole request; wget's own `-T` bounds each read alone.
 */
export const awaitComponents = `
await_components() {
  components=$(cat /service/config/current/${COMPONENTS_FILE}) || return 1
  missing="the agent's answer" answered=
  end=$(($(date +%s) + ${patience}))
  while :; do
    ready=
    if timeout 5 wget -q -O /dev/null http://127.0.0.1:12345/-/ready; then
      ready=yes
      if loaded=$(timeout 5 wget -q -O - http://127.0.0.1:12345/api/v0/web/components); then
        missing= answered=yes
        for id in $components; do
          case "$loaded" in *"\\"localID\\":\\"$id\\""*) ;; *) missing="$missing $id" ;; esac
        done
        [ "$missing" ] || return 0
      fi
    fi
    [ "$(date +%s)" -lt "$end" ] || break
    sleep 1
  done
  if [ "$ready" ] && [ -z "$answered" ]; then echo ${shellQuote(silent)}; return 0; fi
  echo "Alloy runs but these components are not loaded after ${patience} s: $missing" >&2
  return 1
}`;

/** Exit code where all is loaded, but old versions can't be removed. */
export const NOT_PRUNED = 3;

/** Waits for the agent, and remembers the version that it has loaded. */
export function awaitLoaded(site: InstallSite): string {
  return inAgentNetwork(
    site,
    `${awaitComponents}\nawait_components\n(${proveVersion}) || exit ${NOT_PRUNED}`,
  );
}

/**
 * Waits for a new container. One that does not run the current version goes back to the last proven one, so that
 * there is an agent; the refused version is tried again the next time.
 */
export function awaitContainer(site: InstallSite, stack: string): string {
  const undo = `To go back to the old container: git revert the change, then: pulumi up --stack ${stack}`;
  const say = (sentence: string) => `echo ${shellQuote(`${sentence} ${undo}`)} >&2`;
  return `
look() { ${inHost(site, lookForRefused)}; }
loaded() { ${awaitLoaded(site)}; }
put_back() { ${inHost(site, keepRefused)}; }
remove_moved() { ${removeMoved(site)}; }
loaded_again() { ${inAgentNetwork(site, `${awaitComponents}\nawait_components >&2`)}; }

found=$(look)
case "$found" in *refused) docker restart alloy >&2 ;; esac
status=0
loaded || status=$?
case $status in
  0)
    ${journalIsRead("alloy", site)} || exit 1
    moved=$(echo "$found" | sed -n 's/^moved //p')
    [ -z "$moved" ] || remove_moved || echo "warning: Tokens are left in $moved/secrets: remove them."
    exit 0
    ;;
  ${NOT_PRUNED}) exit 1 ;;
esac
docker logs --tail 20 alloy >&2
if [ -z "$(put_back)" ]; then
  ${say("The new container does not run as it should, see above.")}
elif docker restart alloy >&2 && loaded_again; then
  ${say("The new container does not run the new configuration, see above; it runs the old one.")}
else
  ${say("The new container runs neither the new configuration nor the old one, see above.")}
fi
exit 1`;
}

/** Makes a version that was refused the current one again; tells so, and from where the agent was moved. */
const lookForRefused = `
cd /service/config
[ ! -e ${basename(MOVED_FROM)} ] || echo "moved $(cat ${basename(MOVED_FROM)})"
refused=$(readlink refused) && [ -d "$refused" ] || exit 0
${pointLink("current", '"$refused"')}
rm -f refused
echo "refused"`;

const keepRefused = `
refused=$(readlink /service/config/current)
${putBack}
${pointLink("refused", '"$refused"')}`;
