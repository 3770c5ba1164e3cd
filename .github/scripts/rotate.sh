#!/usr/bin/env bash
# usage: rotate.sh STACK
# Replaces tokens of Grafana Cloud inside their rotation window, and writes them to the host. The targets are named one
# by one: the dependents of a token are the configuration and the agent, and what main holds of these nobody has approved.
# github and github-token-end are on no host: they remember when the GitHub token ends, for tokens.prom.
set -euo pipefail
stack=$1

targets=(
  grafana-cloud-token grafana-cloud-verify-token
  alloy-sinks alloy-accepted github github-token-end
  alloy-files-secret-metrics-password alloy-files-secret-logs-password alloy-files-secret-tokens.prom
)
if grep -q '^  grafana-alloy:grafanaCloud' "Pulumi.$stack.yaml"; then
  pulumi up --stack "$stack" "${targets[@]/#/--target=**::}" --policy-pack policy \
    --yes --non-interactive --color never --suppress-progress --suppress-outputs
else
  echo "$stack sends to sinks of its own: it has no tokens to rotate."
fi
npm run --silent verify -- --stack "$stack"
