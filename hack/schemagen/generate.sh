#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes what is generated from the types in pkg/apis/v1alpha1: the deepcopy methods beside them, the JSON Schemas in
# pkg/schema, the CRDs in plugin/flux/config/crd/bases, and the copies of the schemas that the starter repository carries. Run it from anywhere; it needs
#   CONTROLLER_GEN  path of controller-gen v0.19.0 (default: bin/controller-gen at the root of the repository)
# and prints nothing when all is well. The same sources give the same bytes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
controller_gen=${CONTROLLER_GEN:-$root/bin/controller-gen}
case $controller_gen in /*) ;; *) controller_gen=$PWD/$controller_gen ;; esac

cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$controller_gen" object:headerFile=hack/boilerplate.go.txt paths=./pkg/apis/v1alpha1
"$controller_gen" crd paths=./pkg/apis/v1alpha1 output:crd:dir="$work"
# These two kinds live in clusters only, as definitions for the controller.
mkdir -p plugin/flux/config/crd/bases
mv "$work"/dynamo-gitops.io_{driftreports,platformsyncs}.yaml plugin/flux/config/crd/bases/
go run ./hack/schemagen -in "$work" -out pkg/schema
mkdir -p examples/quickstart/.schemas
cp pkg/schema/{model,platform,workerpool}.json examples/quickstart/.schemas/
