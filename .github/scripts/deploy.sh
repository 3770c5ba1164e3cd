#!/usr/bin/env bash
# usage: deploy.sh STACK
# Deploys a stack and proves that every signal arrives.
set -euo pipefail
stack=$1

pulumi up --stack "$stack" --policy-pack policy --yes --non-interactive --color never --suppress-progress \
  --suppress-outputs
npm run --silent verify -- --stack "$stack"
