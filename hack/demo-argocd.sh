#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Shows the plugin inside Argo CD's own plugin server: the starter repository is streamed to it as the repo server does,
# in each of the three outputs, then with what must be refused. The first build of that server takes minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../test/argocd"
go test -count=1 -v -run '^(TestGenerateIsWhatTheCommandLinePrints|TestOutputs|TestRefusals)$' . |
  grep -E '^\s*(--- |[a-z_]+_test\.go)|^(ok|FAIL)'
