import { oneShot } from "../../host-shell/one-shot.ts";
import type { InstallSite } from "./install-site.ts";

/** By what `loki.source.docker` knows a container: the labels that pipelines/containers.alloy keeps of a target. */
export const KEPT = "__meta_docker_container_(id|name|label_.+)";

/**
 * How far each container has been read, carried over to the keys of `pipelines/containers.alloy` from those of a
 * compose service or of an earlier version, whose keys hold addresses and labels too. The others are brought up to
 * date and stay, so that going back reads nothing twice either. An agent that runs would write over it.
 */
export function carryPositions(site: Omit<InstallSite, "alloyImage" | "alloyMemory">): string {
  return oneShot({
    image: site.initImage,
    mounts: [`${site.directory}/data:/state`],
    user: `${site.uid}:${site.gid}`,
    command: ["sh", "-euc", script.trim()],
  });
}

/** The file has three lines an entry: `? path: cursor-ID`, `labels: '{a="b"}'`, `: "SECONDS"`. */
const script = `
file=/state/data/loki.source.docker.containers/positions.yml
[ -s "$file" ] || exit 0
awk '
function key(labels, rest, name, pair, kept, id) {
  rest = labels
  while (match(rest, /[A-Za-z_][A-Za-z0-9_]*="([^"\\\\]|\\\\.)*"/)) {
    name = pair = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    sub(/=.*/, "", name)
    if (name ~ /^${KEPT}$/) kept = kept (kept == "" ? "" : ", ") pair
    if (name == "__meta_docker_container_id") id = 1
  }
  return id ? "\\047{" kept "}\\047" : labels
}
/^  [?] path: / { path = $0 }
/^    labels: \\047/ { labels = substr($0, 13) }
/^    labels: [^\\047]/ { labels = "" ; other = substr($0, 13) }
/^  : / {
  position = $0
  gsub(/[^0-9]/, "", position)
  if (position + 0 > newest[path] + 0) newest[path] = position
  if (labels == "") keys[path, other] = 1
  else { keys[path, labels] = 1; keys[path, key(labels)] = 1 }
}
END {
  print "positions:"
  for (entry in keys) {
    split(entry, part, SUBSEP)
    print part[1]
    print "    labels: " part[2]
    print "  : \\"" newest[part[1]] "\\""
  }
}' "$file" > "$file.new"
mv -f "$file.new" "$file"
`;
