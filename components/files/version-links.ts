/**
 * Lines for scripts in the service's `config` directory, where two links name versions: `current` what the agent
 * reads, `proven` the last one that it had loaded in full. A third, `refused`, is there as long as the
 * version that a new container did not run is kept for the next try.
 */

/** Points a link at a version in one step: a container that starts meanwhile finds the old one or the new. */
export function pointLink(link: string, target: string): string {
  return `ln -sfn ${target} ${link}.new && mv -fT ${link}.new ${link}`;
}

/** Moves an unpacked version to its place, over one that is there, and makes it the current one. */
export function switchVersion(version: string): string {
  return `
cd /service/config
# What ran before \`proven\` was kept had been loaded, too.
[ -L proven ] || [ ! -L current ] || { ${pointLink("proven", '"$(readlink current)"')}; }
rm -rf refused versions/${version}.old
[ ! -e versions/${version} ] || mv versions/${version} versions/${version}.old
mv versions/${version}.new versions/${version}
rm -rf versions/${version}.old
${pointLink("current", `versions/${version}`)}`;
}

/** Remembers the current version, and takes away all others: what a stack no longer lists is gone. */
export const proveVersion = `
cd /service/config &&
  ${pointLink("proven", '"$(readlink current)"')} &&
  rm -f refused && cd versions &&
  ls -A | grep -vxF "$(basename "$(readlink ../current)")" | xargs -r rm -rf`;

/** Goes back to the last proven version and names it; nothing where there is none but the one that failed. */
export const putBack = `
cd /service/config
old=$(readlink proven) || old=
[ "$old" != "$(readlink current)" ] && [ -d "$old" ] || exit 0
${pointLink("current", '"$old"')}
echo "$old"`;
