import { SET_ASIDE } from "../../telemetry/set-aside.ts";
import { SET_ASIDE_FILE, TEXTFILE_DIRECTORY } from "../files/token-ends.ts";

/**
 * Paths below Alloy's storage that it says it can't read, from its log: a positions file, or the write-ahead log
 * of a component. A disk that is full or a file of another's is not the file's fault.
 */
export const unreadablePaths = `awk '
  /permission denied|no space left/ { next }
  match($0, /invalid yaml positions file \\[[^]]*\\]/) {
    path = substr($0, RSTART, RLENGTH - 1)
    sub(/^.*\\[\\/var\\/lib\\/alloy\\//, "", path)
    print path
  }
  /failed to evaluate config.*err=.*(segment|checkpoint|WAL)/ && match($0, /node=prometheus[.]remote_write[.][a-z_]+/) {
    print "data/" substr($0, RSTART + 5, RLENGTH - 5) "/wal"
  }'`;

/**
 * Keeps what standard input names beside itself, under the time of now, and writes for node_exporter's textfile
 * collector when that was: a series a path.
 */
export const setAside = `
cd /service
now=$(date +%s)
date=$(date -u -d "@$now" +%Y%m%dT%H%M%SZ)
metrics=${TEXTFILE_DIRECTORY}/${SET_ASIDE_FILE}
mkdir -p ${TEXTFILE_DIRECTORY}
[ -f $metrics ] || echo '# TYPE ${SET_ASIDE} gauge' > $metrics
while IFS= read -r path; do
  mv "data/$path" "data/$path.unreadable-$date"
  grep -vF "{path=\\"$path\\"}" $metrics > $metrics.new
  printf '${SET_ASIDE}{path="%s"} %s\\n' "$path" "$now" >> $metrics.new
  mv $metrics.new $metrics
  echo "Alloy could not read $path. It is kept as $path.unreadable-$date."
done
chmod 644 $metrics`;
