#!/usr/bin/env bash
# Names of the stacks whose host is reached over SSH, as a JSON array in the step's output `names`. Reads stack
# files alone, so it needs no npm package: a host that is added is a stack file and nothing else.
set -euo pipefail

names=()
for file in Pulumi.*.yaml; do
  if grep -qE '^ +type: ssh *$' "$file"; then
    name=${file#Pulumi.}
    names+=("\"${name%.yaml}\"")
  fi
done
if [ "${#names[@]}" = 0 ]; then
  echo "No stack file Pulumi.<stack>.yaml here has a host with a connection of type ssh." >&2
  exit 1
fi
list=$(IFS=,; echo "${names[*]}")
echo "names=[$list]" | tee -a "$GITHUB_OUTPUT"
