#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs every native fuzz target for a while: hack/fuzz.sh [DURATION], default 10s. New failing inputs are left
# under testdata/fuzz of the package, as go test does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:-10s}
mapfile -t targets < <(git ls-files --cached --others --exclude-standard '*_test.go' |
  xargs grep -HoE '^func Fuzz[A-Za-z0-9_]+' | sed 's/func //' | sort)
if [[ ${#targets[@]} -eq 0 ]]; then
  echo "fuzz: no target found" >&2
  exit 1
fi
for target in "${targets[@]}"; do
  package=./$(dirname "${target%%:*}") name=${target##*:}
  echo "fuzz: $package $name for $duration"
  go test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$duration"
done
echo "fuzz: ${#targets[@]} targets passed"
