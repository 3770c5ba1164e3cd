import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import {
  type FileSite,
  type InstallSite,
  inHost,
  MOVED_FROM,
  RULES_DIRECTORY,
} from "./install-site.ts";
import { SET_ASIDE_FILE, TEXTFILE_DIRECTORY, TOKEN_ENDS_FILE } from "./token-ends.ts";
import { pushSecrets, replaceKeeping } from "./token-proof.ts";

const made = ["config/versions", TEXTFILE_DIRECTORY, "secrets", "data"];

/** Creates the service's directories; the Docker daemon creates the parent. */
export function prepareHost(site: InstallSite): string {
  return `
${makeDirectories(site)}
# What deploys a checkout around the directory may want it clean.
checkout=${shellQuote(site.directory)}
until [ "$checkout" = / ] || [ -e "$checkout/.git" ]; do checkout=$(dirname "$checkout"); done
[ "$checkout" = / ] || ${inHost(site, ignoreOurs)}
# An agent of another directory: its tokens are removed there once one of this directory runs.
secrets=$(docker inspect -f '${secretsSource}' alloy 2>/dev/null) || secrets=
case "$secrets" in
  "" | ${shellQuote(`${site.directory}/secrets`)}) ;;
  *) echo "\${secrets%/secrets}" | ${inHost(site, `cat > /service/${MOVED_FROM}`, { stdin: true })} ;;
esac`;
}

/** How the script below ends where the file system refuses an owner or a mode. */
const REFUSED = 3;

/** A file system that can't keep secrets from others is found before there is one on it. */
function makeDirectories(site: InstallSite): string {
  const script = `
mkdir -p ${made.map((each) => `/service/${each}`).join(" ")}
cd /service
trap 'rm -f secrets/.probe' EXIT
: > secrets/.probe
chmod 400 secrets/.probe && chown ${site.uid}:${site.gid} secrets/.probe || exit ${REFUSED}`;
  const advice =
    `The file system of ${site.directory} refuses owners or modes (see above), so tokens could not be kept from other users. ` +
    `A TrueNAS dataset with ACL mode Restricted does so: midclt call pool.dataset.update POOL/DATASET '{"aclmode":"PASSTHROUGH"}'. ` +
    "A network share has to map users as they are, or the directory has to be on a local disk.";
  return `${inHost(site, script, { addCapabilities: ["CHOWN"] })} || {
  code=$?
  [ "$code" != ${REFUSED} ] || echo ${shellQuote(advice)} >&2
  exit "$code"
}`;
}

/** Without one of its own, the directory has git ignore what is made here, that list included. */
const ignored = [
  ...["/.gitignore", "/adopt.json", "/config/", "/data/", "/secrets/"],
  `/${RULES_DIRECTORY}/`,
];
const ignoreOurs = `
[ -e /service/.gitignore ] ||
  printf '%s\\n' ${ignored.join(" ")} > /service/.gitignore`;

const secretsSource =
  '{{range .Mounts}}{{if eq .Destination "/etc/alloy-secrets"}}{{.Source}}{{end}}{{end}}';

/**
 * Gives what Alloy's user reads and owns back to it, where the host's owner gave it other permissions. What is as
 * declared is left alone, and so are files of others in `config`.
 */
export function restoreOwnership({ uid, gid, ...site }: InstallSite): string {
  const script = `
cd /service
chmod o+rx config secrets
chmod -R o+rX config/versions
find data ! -user ${uid} -exec chown -h ${uid}:${gid} {} +
find data -type d ! -perm -700 -exec chmod u+rwx {} +
find secrets -type f ! -user ${uid} -exec chown ${uid}:${gid} {} +
find secrets -type f ! -perm 400 -exec chmod 400 {} +
[ ! -d ${RULES_DIRECTORY} ] || ${readableByRoot}`;
  return inHost(site, script, { addCapabilities: ["CHOWN", "FOWNER"] });
}

/** Root without capabilities writes the socket proxy's rules, and reads them at each of its starts. */
const readableByRoot = `{
  chown 0:0 ${RULES_DIRECTORY}
  chmod 755 ${RULES_DIRECTORY}
  find ${RULES_DIRECTORY} -type f -exec chown 0:0 {} + -exec chmod 644 {} +
}`;

/**
 * Removes configuration and secrets. State stays: nothing here deletes what was not yet sent. So does a file
 * of another's in `config` or `secrets`: the compose service that this one replaced has its own there.
 */
export function removeDirectories(site: FileSite): string {
  return inHost(site, removal("/service"));
}

function removal(directory: string): string {
  const secrets = [...pushSecrets, "github-token", "github-app-key"];
  return `
cd ${directory}
rm -rf config/versions config/current config/proven config/refused ${RULES_DIRECTORY}
rm -f ${MOVED_FROM} ${TEXTFILE_DIRECTORY}/${TOKEN_ENDS_FILE} ${TEXTFILE_DIRECTORY}/${SET_ASIDE_FILE}
for name in ${[...secrets, TOKEN_ENDS_FILE].join(" ")}; do
  rm -f secrets/$name secrets/.$name.new secrets/.$name.last
done
rm -f secrets/.taken-back
[ "$(head -n 1 .gitignore 2>/dev/null)" != ${ignored[0]} ] || rm -f .gitignore
for directory in ${TEXTFILE_DIRECTORY} config secrets; do
  [ ! -d $directory ] || [ "$(ls -A $directory)" ] || rmdir $directory
done`;
}

/**
 * Removes the same from the directory `$moved`, which the agent had before. What others have there is not touched:
 * only this program's deployments have the link.
 */
export function removeMoved(site: FileSite): string {
  const script = `
[ ! -L /before/config/current ] || { ${removal("/before")}
}
rm -f /service/${MOVED_FROM}`;
  const line = oneShot({
    image: site.initImage,
    mounts: ["@moved@:/before", `${site.directory}:/service`],
    command: ["sh", "-euc", script.trim()],
  });
  return line.replace("@moved@", '"$moved"');
}

export interface Secret {
  /** Name of its file. */
  name: string;
  /** Length of its content, by which one that a lost connection cut off is told. */
  bytes: number;
}

/**
 * Writes standard input to a secret file of mode 0400, complete or not at all. One with which the agent pushes
 * is kept until the new one is proven, see token-proof.ts; the same one again has nothing to prove.
 */
export function writeSecret(site: InstallSite, { name, bytes }: Secret): string {
  const replace = pushSecrets.includes(name) ? replaceKeeping(name) : `mv -f .${name}.new ${name}`;
  const cutOff = `${name} was cut off on its way; the one on the host stays.`;
  const script = `
cd ${placeOf(name)}
umask 077
# One that was left by an interrupted run can't be written to.
rm -f .${name}.new
cat > .${name}.new
[ "$(wc -c < .${name}.new)" -eq ${bytes} ] || {
  rm -f .${name}.new
  echo ${shellQuote(cutOff)} >&2
  exit 1
}
chmod 0400 .${name}.new
chown ${site.uid}:${site.gid} .${name}.new
${replace}`;
  return inHost(site, script, { stdin: true, addCapabilities: ["CHOWN"] });
}

export function removeSecret(site: InstallSite, name: string): string {
  return inHost(site, `cd ${placeOf(name)} && rm -f ${name} .${name}.last`);
}

function placeOf(name: string): string {
  return name === TOKEN_ENDS_FILE ? `/service/${TEXTFILE_DIRECTORY}` : "/service/secrets";
}
