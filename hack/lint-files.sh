#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Checks what no Go linter reads: the shell scripts and the Dockerfile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=0
fail() { echo "lint: $*" >&2; failed=1; }

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard | grep -E '(\.sh|^\.ci/run)$')
for script in "${scripts[@]}"; do
  [[ -f $script ]] || continue
  bash -n "$script" || fail "$script: does not parse"
  grep -q '^set -euo pipefail$' "$script" || fail "$script: lacks set -euo pipefail"
  grep -q 'SPDX-License-Identifier: Apache-2.0' "$script" || fail "$script: lacks the license header"
  [[ -x $script ]] || fail "$script: is not executable"
done
if command -v shellcheck >/dev/null; then
  shellcheck -S warning "${scripts[@]}" || failed=1
else
  echo "lint: shellcheck is not installed; the scripts were only parsed" >&2
fi

# The Dockerfile: every base image has a tag that is not "latest", the last stage is distroless and nonroot by
# number (an admission policy cannot check a name), nothing is fetched by ADD, and there is no secret in it.
while read -r image; do
  case $image in
    *:latest | *:latest@*) fail "Dockerfile: $image is not pinned" ;;
    *:* | scratch) ;;
    *) fail "Dockerfile: $image has no tag" ;;
  esac
done < <(awk 'toupper($1) == "ARG" && $2 ~ /_IMAGE=/ {sub(/^[^=]*=/, "", $2); print $2}
              toupper($1) == "FROM" {for (i = 2; i <= NF; i++) if ($i !~ /^--/) {if ($i !~ /\$/) print $i; break}}' Dockerfile)
last=$(awk 'toupper($1) == "FROM" {stage = ""} {stage = stage $0 "\n"} END {printf "%s", stage}' Dockerfile)
grep -qE '^USER [1-9][0-9]*:[1-9][0-9]*$' <<<"$last" || fail "Dockerfile: the last stage lacks a numeric non-root USER"
grep -qE '^ENTRYPOINT \[' <<<"$last" || fail "Dockerfile: the last stage lacks ENTRYPOINT in exec form"
grep -q 'distroless/static' Dockerfile || fail "Dockerfile: the last stage is not distroless/static"
grep -q 'CGO_ENABLED=0' Dockerfile || fail "Dockerfile: the binary is not static"
grep -qE '^ADD ' Dockerfile && fail "Dockerfile: use COPY"
grep -qiE '(password|token|secret)=' Dockerfile && fail "Dockerfile: holds a secret"
exit "$failed"
