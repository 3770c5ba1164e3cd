#!/usr/bin/env bash
# usage: keep-enabled.sh
# GitHub disables the scheduled workflows of a public repository that had no commit for 60 days. Enabling one again
# starts these days again, also while it is enabled.
set -euo pipefail
for workflow in drift.yml rotate.yml; do
  gh workflow enable "$workflow"
done
