#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes what is generated from the types in pkg/apis/nvidia/v1alpha1: the deepcopy methods beside them and the
# CustomResourceDefinitions of the chart overlays/charts/dynamo-crds. Run it from anywhere; it needs
#   CONTROLLER_GEN  path of controller-gen v0.19.0 (default: bin/controller-gen at the root of the repository)
# and prints nothing when all is well. The same sources give the same bytes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
controller_gen=${CONTROLLER_GEN:-$root/bin/controller-gen}
case $controller_gen in /*) ;; *) controller_gen=$PWD/$controller_gen ;; esac
wanted=v0.19.0

if ! version=$("$controller_gen" --version); then
  echo "generate.sh: cannot run $controller_gen; set CONTROLLER_GEN to controller-gen $wanted" >&2
  exit 1
fi
if [[ $version != *"$wanted" ]]; then
  echo "generate.sh: $controller_gen is ${version#Version: }, want $wanted; other versions write other bytes" >&2
  exit 1
fi

cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The header file holds comments only: controller-gen puts it first in the deepcopy file.
"$controller_gen" object:headerFile=hack/crds/header.go.txt paths=./pkg/apis/nvidia/v1alpha1
"$controller_gen" crd paths=./pkg/apis/nvidia/v1alpha1 output:crd:dir="$work"
go run ./hack/crds -in "$work" -out overlays/charts/dynamo-crds/templates
