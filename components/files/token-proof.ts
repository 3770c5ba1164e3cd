import type { SinksAnswer } from "../../checks/sinks/ask.ts";
import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import type { InstallSite } from "./install-site.ts";
import { inHost } from "./install-site.ts";
import { TOKEN_ENDS_FILE } from "./token-ends.ts";

/** Secret files with which the agent pushes, in the order in which their contents are handed over. */
export const pushSecrets = ["metrics-password", "logs-password"];

export interface TokenProof {
  site: InstallSite;
  /** Where samples and lines go, as the operator reads it. */
  metricsUrl: string;
  logsUrl: string;
  /** Whether a pipeline scrapes within `patience.samples`: else no sample can prove anything. */
  sendsMetrics: boolean;
  /** Whether a pipeline reads logs: else no line can prove anything. */
  sendsLogs: boolean;
  /** What the sinks said when they were asked from the operator's machine. */
  asked: SinksAnswer;
  /** Pulumi's stack, for the command that tries again. */
  stack: string;
}

/** Seconds for the agent to answer; for a sample, two scrapes and a half; for a line. */
const patience = { answer: 60, samples: 150, line: 60 };

/**
 * Waits until the agent's own counters show samples and lines that were accepted with the secrets on standard
 * input. Until then the files' last contents are kept beside them: where the proof fails they are put back,
 * and a later run writes the new ones again. The engine deletes a replaced token only after this succeeded. Where no
 * last content is kept, as on a new host, nothing depends on the proof: then what the sinks said before is enough.
 */
export function proveTokens(proof: TokenProof): string {
  const { site, stack, asked } = proof;
  return `
write_again() { ${inHost(site, writeAgain(site), { stdin: true, addCapabilities: ["CHOWN"] })}; }
accepted() { ${inAgent(site, awaitAccepted(proof))} accepted "$1"; }
put_back() { ${inHost(site, putBack)}; }

replaced=$(write_again)
${asked === "taken" ? '[ "$replaced" ] || exit 0' : ""}
reason=$(accepted "$(docker inspect -f '{{.State.StartedAt}}' alloy)") || {
  old=$(put_back)
  docker logs --tail 20 alloy >&2 || true
  echo "\${reason:-The agent could not be asked.} \${old:-There is no old token to go back to.}" ${shellQuote(
    `Once that is fixed: pulumi up --stack ${stack}`,
  )} >&2
  exit 1
}
${inHost(site, `cd /service/secrets && rm -f ${pushSecrets.map(last).join(" ")}`)}`;
}

/** Where the last content of a secret file is kept until the new one is proven. */
function last(name: string): string {
  return `.${name}.last`;
}

/**
 * Lines that move a new secret in place of the old one, which is kept unless it is the same or an older one is
 * kept: that was proven. To compare them takes the right to read what belongs to Alloy's user.
 */
export function replaceKeeping(name: string): string {
  return `
[ -e ${last(name)} ] || [ ! -e ${name} ] || cmp -s .${name}.new ${name} || mv ${name} ${last(name)}
mv -f .${name}.new ${name}`;
}

/** Writes what a proof that failed took back. */
function writeAgain({ uid, gid }: InstallSite): string {
  const write = pushSecrets.map(
    (name) => `
IFS= read -r secret
if [ -e .taken-back ]; then
  rm -f .${name}.new
  printf %s "$secret" > .${name}.new
  chmod 0400 .${name}.new
  chown ${uid}:${gid} .${name}.new
  ${replaceKeeping(name).trim().replaceAll("\n", "\n  ")}
fi`,
  );
  return `cd /service/secrets\numask 077${write.join("")}\nrm -f .taken-back
# Until the agent ran pipelines that read it elsewhere, it was here.
rm -f ${TOKEN_ENDS_FILE}
for name in ${pushSecrets.join(" ")}; do
  if [ -e .$name.last ]; then echo "$name"; fi
done`;
}

const putBack = `
cd /service/secrets
for name in ${pushSecrets.join(" ")}; do
  if [ -e .$name.last ]; then
    mv -f .$name.last $name
    touch .taken-back
  fi
done
if [ -e .taken-back ]; then echo "The old token was put back on the host and is still good."; fi`;

/** A script in the agent's network namespace that sees when the service's files changed, and no secret. */
function inAgent(site: InstallSite, script: string): string {
  return oneShot({
    image: site.initImage,
    network: "container:alloy",
    mounts: [`${site.directory}:/service:ro`],
    // The directory may belong to a user who lets nobody else in.
    addCapabilities: ["DAC_READ_SEARCH"],
    command: ["sh", "-euc", script.trim()],
  });
}

/**
 * Of the agent's metrics: how many there are, samples begun (\`begun\`) and surely accepted
 * (\`taken\`: not one that is under way), batches of samples that failed, lines accepted, requests with lines,
 * and those refused. \`timeout\` bounds the whole request; wget's own \`-T\` bounds each read alone.
 */
const look = `
look() {
  timeout 5 wget -q -O - http://127.0.0.1:12345/metrics | awk '
    { name = $1; sub(/[{].*/, "", name); sum[name] += $NF }
    /^loki_write_request_duration_seconds_count[{].*status_code="40[13]"/ { refused += $NF }
    END {
      storage = "prometheus_remote_storage_samples_"
      failed = sum[storage "failed_total"]
      begun = sum[storage "total"] - failed - sum[storage "retried_total"]
      printf "answered=%d begun=%d taken=%d failed=%d lines=%d requests=%d refused=%d\\n",
        NR, begun, begun - sum[storage "pending"], failed,
        sum["loki_write_sent_entries_total"], sum["loki_write_request_duration_seconds_count"], refused
    }'
}`;

/** Exits with 0, or says on standard output what is missing. */
function awaitAccepted({ metricsUrl, logsUrl, sendsMetrics, sendsLogs }: TokenProof): string {
  const say = (text: string) => `{ echo ${shellQuote(text)}; exit 1; }`;
  return `
${look}
now() { state=$(look) && eval "$state" && [ "$answered" -gt 0 ]; }
# As Docker says it: 2026-11-24T23:00:30.123456789Z. The agent's own metric goes by the kernel's boot time.
[ "\${1-}" ] || exit 1
started=$(echo "\${1%%[.Z]*}" | tr T " ")
started=$(date -u -d "$started" +%s)
written=$(stat -c %Y ${pushSecrets.map((name) => `/service/secrets/${name}`).join(" ")} | sort -n | tail -n 1)

# Each request reads them. What an agent that began after they were written sent, it sent with them.
base_begun=0 base_failed=0 base_lines=0 base_requests=0 base_refused=0 failures=3
end=$(($(date +%s) + ${patience.answer}))
while :; do
  if now; then
    [ "$started" -gt "$written" ] && break
    # What was under way with the old ones ends.
    if sleep 2 && now; then
      base_begun=$begun base_failed=$failed base_lines=$lines base_requests=$requests base_refused=$refused failures=1
      break
    fi
  fi
  [ "$(date +%s)" -lt "$end" ] || ${say(`The agent did not answer within ${patience.answer} s.`)}
  sleep 1
done

samples=${sendsMetrics ? "" : "none"} logs=${sendsLogs ? "" : "none"} last_failed=$base_failed since=$(date +%s)
while second=$(($(date +%s) - since)); [ "$second" -lt ${patience.samples} ]; do
  if now; then
    [ "$taken" -gt "$base_begun" ] && samples=yes
    [ "$lines" -gt "$base_lines" ] && logs=yes
    [ "$failed" -gt "$last_failed" ] && last_failed=$failed failures=$((failures - 1))
    [ "$samples" ] || [ "$failures" -gt 0 ] || ${say(`${metricsUrl} refuses samples with the new token.`)}
    [ "$logs" ] || [ "$refused" -eq "$base_refused" ] || ${say(`${logsUrl} refuses lines with the new token.`)}
    # A host that logs nothing: its samples must do.
    [ "$second" -lt ${patience.line} ] || [ "$requests" -ne "$base_requests" ] || logs=none
    [ "$samples" ] && [ "$logs" ] && exit 0
  fi
  sleep 2
done
[ "$samples" ] || ${say(`${metricsUrl} accepted no sample with the new token within ${patience.samples} s.`)}
${say(`${logsUrl} accepted no line with the new token within ${patience.samples} s.`)}`;
}
