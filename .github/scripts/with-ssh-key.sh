#!/usr/bin/env bash
# usage: with-ssh-key.sh COMMAND…
# Runs a command beside an ssh-agent that holds $SSH_PRIVATE_KEY. The key is never a file or an argument, the
# command does not see it, and agent and key are gone when it ends.
set -euo pipefail

if [ -z "${SSH_PRIVATE_KEY:-}" ]; then
  echo "SSH_PRIVATE_KEY is empty: set it as a secret of the environment, docs/workflows.md says how." >&2
  exit 1
fi
eval "$(ssh-agent -s)" >&2
trap 'ssh-agent -k >&2' EXIT
printf '%s\n' "$SSH_PRIVATE_KEY" | ssh-add -
unset SSH_PRIVATE_KEY
"$@"
