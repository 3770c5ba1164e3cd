#!/usr/bin/env bash
# usage: rotate.sh STACK
# Replaces tokens inside their rotation window, and what hangs on them. Nothing else: what main holds and nobody
# has approved yet is left to deploy.
set -euo pipefail
stack=$1

pulumi up --stack "$stack" --target '**:AccessPolicyRotatingToken::**' --target-dependents --policy-pack policy \
  --yes --non-interactive --color never --suppress-progress --suppress-outputs
npm run --silent verify -- --stack "$stack"
