#!/usr/bin/env bash
# usage: release.sh
# Makes a release of the newest version in CHANGELOG.md at $GITHUB_SHA, with that version's section as its notes.
# One that is there already stays.
set -euo pipefail

version=$(sed -n 's/^## \(v[0-9][^ ]*\) .*/\1/p' CHANGELOG.md | head -n 1)
if [ -z "$version" ]; then
  echo "CHANGELOG.md names no version: npm run changelog" >&2
  exit 1
fi
if gh release view "$version" >/dev/null 2>&1; then
  echo "$version is released already."
  exit 0
fi
awk '/^## / { if (seen++) exit; next } seen' CHANGELOG.md |
  gh release create "$version" --target "$GITHUB_SHA" --title "$version" --notes-file -
