import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { type FileSite, type InstallSite, inHost } from "./install-site.ts";
import { pushSecrets, replaceKeeping } from "./token-proof.ts";

/**
 * Creates the service's directories; the Docker daemon creates the parent. The first thing done on a host,
 * so it asks for what the agent's mounts need before anything is changed.
 */
export function prepareHost(site: InstallSite): string {
  const advice =
    "The host's / is not a shared mount, so Alloy could not follow disks that are mounted later. " +
    "As root on the host: mount --make-rshared / (systemd does so at boot).";
  const mounts = ["/:/host:ro,rslave"];
  return `
${oneShot({ image: site.initImage, mounts, command: ["true"] })} || {
  echo ${shellQuote(advice)} >&2
  exit 1
}
${inHost(site, "mkdir -p /service/config/versions /service/secrets /service/data")}`;
}

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
find secrets -type f ! -perm 400 -exec chmod 400 {} +`;
  return inHost(site, script, { addCapabilities: ["CHOWN", "FOWNER"] });
}

/**
 * Removes configuration and secrets. State stays: nothing here deletes what was not yet sent. So does a file
 * of another's in `config`: the compose service that this one replaced has its own there.
 */
export function removeDirectories(site: FileSite): string {
  const script = `
cd /service
rm -rf config/versions config/current secrets
[ ! -d config ] || [ "$(ls -A config)" ] || rmdir config`;
  return inHost(site, script);
}

/**
 * Writes standard input to a secret file of mode 0400, complete or not at all. One with which the agent pushes
 * is kept until the new one is proven, see token-proof.ts.
 */
export function writeSecret(site: InstallSite, name: string): string {
  const replace = pushSecrets.includes(name) ? replaceKeeping(name) : `mv -f .${name}.new ${name}`;
  const script = `
cd /service/secrets
umask 077
cat > .${name}.new
chmod 0400 .${name}.new
chown ${site.uid}:${site.gid} .${name}.new
${replace}`;
  return inHost(site, script, { stdin: true, addCapabilities: ["CHOWN"] });
}

export function removeSecret(site: InstallSite, name: string): string {
  return inHost(site, `cd /service/secrets && rm -f ${name} .${name}.last`);
}
