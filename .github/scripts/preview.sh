#!/usr/bin/env bash
# usage: preview.sh STACK LOG
# Previews a stack with the policy pack. What Pulumi says goes to the log file, for the comment, and to the job's.
# PREVIEW_VALUES=true shows old and new values, such as paths, subnets and sinks of the host: not for a public repository.
set -euo pipefail
stack=$1 log=$2
values=()
[ "${PREVIEW_VALUES:-}" != true ] || values=(--diff)

pulumi preview --stack "$stack" --policy-pack policy "${values[@]}" --non-interactive --color never \
  --suppress-progress 2>&1 | tee "$log"
