#!/usr/bin/env bash
# usage: drift.sh STACK
# Asks the provider and then the host itself what is no longer as deployed; both are asked, whatever the first says.
set -euo pipefail
stack=$1

failed=
# What `docker system prune` takes of the one-shots is missed by nothing.
pulumi refresh --stack "$stack" --preview-only --expect-no-changes --diff --non-interactive --color never \
  --suppress-progress --suppress-outputs \
  --exclude '**::alloy-init-container' --exclude '**::alloy-image-init' || failed="what pulumi refresh sees"
npm run --silent drift -- --stack "$stack" || failed="${failed:+$failed, }what npm run drift sees"
if [ -n "$failed" ]; then
  echo "::error title=$stack has drifted::$failed; docs/workflows.md says what to do"
  exit 1
fi
