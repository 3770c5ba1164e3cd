#!/usr/bin/env bash
# usage: audit.sh [PROGRAM…]
# Known weaknesses of the npm packages that a deployment runs, and of Go programs. Those run in the lab alone: they
# warn, and packages fail. What could not be asked is named as skipped.
set -euo pipefail
govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.9.0

failed=
skip() { echo "::warning title=skipped: $1::$2"; }
last_line() { grep -v '^npm error A complete log' <<< "$1" | tail -n 1; }

if ! said=$(npm audit --omit dev --audit-level high 2>&1); then
  if grep -q 'audit endpoint returned an error' <<< "$said"; then
    skip "npm audit" "$(last_line "$said")"
  else
    echo "$said"
    failed=yes
  fi
fi

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
if [ $# -gt 0 ] && ! said=$(GOBIN=$tools go install "$govulncheck" 2>&1); then
  for program; do skip "govulncheck $(basename "$program")" "$(last_line "$said")"; done
  set --
fi
for program; do
  name=$(basename "$program") status=0
  said=$("$tools/govulncheck" -mode=binary "$program" 2>&1) || status=$?
  case "$status" in
    0) ;;
    3)
      echo "$said"
      echo "::warning title=govulncheck $name::has known weaknesses, see above; a newer version is in a pull request of Renovate"
      ;;
    *) skip "govulncheck $name" "$(last_line "$said")" ;;
  esac
done
[ -z "$failed" ]
