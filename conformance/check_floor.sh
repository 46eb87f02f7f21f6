#!/usr/bin/env bash
# Runs each suite of floor.toml over GOLDEN/SUITE and fails if fewer recordings pass than the floor says.
set -euo pipefail
golden=$1
shakedown=$2
here=$(dirname "$0")
failed=0
while read -r suite floor; do
  output=$("$shakedown" conformance "$suite" "$golden/$suite" || true)
  last=$(tail -n 1 <<<"$output")
  passed=$(sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p' <<<"$last")
  if [ -z "$passed" ] || [ "$passed" -lt "$floor" ]; then
    printf '%s\n' "$output" | tail -n 20
    echo "$suite: ${passed:-no} passed, the floor is $floor" >&2
    failed=1
  else
    echo "$suite: $last (floor $floor)"
  fi
done < <(awk '/^\[/ { gsub(/[][]/, ""); suite = $0 } /^passed/ { print suite, $3 }' "$here/floor.toml")
exit "$failed"
