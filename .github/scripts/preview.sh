#!/usr/bin/env bash
# usage: preview.sh STACK LOG
# Previews a stack with the policy pack. What Pulumi says goes to the log file, for the comment, and to the job's.
set -euo pipefail
stack=$1 log=$2

pulumi preview --stack "$stack" --policy-pack policy --diff --non-interactive --color never \
  --suppress-progress 2>&1 | tee "$log"
