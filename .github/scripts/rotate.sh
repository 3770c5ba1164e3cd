#!/usr/bin/env bash
# usage: rotate.sh STACK
#        rotate.sh --due STACK…
# Replaces tokens of Grafana Cloud inside their rotation window, and writes them to the host. With --due it changes
# nothing: it names the stacks that have such a token, as a JSON array in the step's output `names`.
set -euo pipefail

# One by one: the dependents of a token are the configuration and the agent, and what main holds of these nobody has
# approved. github and github-token-end are on no host: they remember when the GitHub token ends, for tokens.prom.
targets=(
  grafana-cloud-token grafana-cloud-verify-token
  alloy-sinks alloy-accepted github github-token-end
  alloy-files-secret-metrics-password alloy-files-secret-logs-password alloy-files-secret-tokens.prom
)

# usage: rotation up|preview STACK OPTION…
rotation() {
  pulumi "$1" --stack "$2" "${targets[@]/#/--target=**::}" --policy-pack policy "${@:3}" \
    --non-interactive --color never --suppress-progress --suppress-outputs
}

# Sinks of a stack's own have no tokens to rotate.
has_tokens() { grep -q '^  grafana-alloy:grafanaCloud' "Pulumi.$1.yaml"; }

is_due() {
  has_tokens "$1" || return 1
  said=$(rotation preview "$1" --expect-no-changes 2>&1) && return 1
  grep -q 'no changes were expected' <<<"$said" && return 0
  printf '%s\n' "$said"
  echo "::error title=$1::whether a token is due can't be told, see above"
  failed=yes
  return 1
}

if [ "$1" != --due ]; then
  has_tokens "$1" || { echo "$1 sends to sinks of its own: it has no tokens to rotate."; exit 0; }
  rotation up "$1" --yes
  npm run --silent verify -- --stack "$1"
  exit 0
fi

failed='' due=()
for stack in "${@:2}"; do
  if is_due "$stack"; then due+=("\"$stack\""); fi
done
list=$(IFS=,; echo "${due[*]-}")
echo "names=[$list]" | tee -a "$GITHUB_OUTPUT"
[ -z "$failed" ]
