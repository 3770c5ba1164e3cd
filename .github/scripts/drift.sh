#!/usr/bin/env bash
# usage: drift.sh STACK
# Asks the host what is no longer as it was deployed.
set -euo pipefail
stack=$1

if ! npm run --silent drift -- --stack "$stack"; then
  echo "::error title=$stack has drifted, or could not be asked::docs/workflows.md says what to do"
  exit 1
fi
