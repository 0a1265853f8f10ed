#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Prints the SHA-256 and name of every file that Git tracks or would track: two
# equal outputs mean that nothing was changed, added or removed in between.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard -z | sort -zu |
  while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then sha256sum -- "$file"; else echo "absent  $file"; fi
  done
