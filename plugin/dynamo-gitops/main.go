// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command dynamo-gitops turns a description of NVIDIA Dynamo in Git into Flux
// HelmReleases and DynamoModels, and refuses what would break. Installed as
// flux-dynamo or kubectl-dynamo it is a plugin of those programs.
//
// It starts in a few milliseconds, because Helm is not in it: what renders
// charts is the program dynamo-gitops-charts beside it, which this one becomes
// when it is asked to.
package main

import (
	"context"
	"os"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/process"
)

// Set by the linker: -ldflags "-X main.version=v1.2.3 -X main.commit=4f1c…".
//
//nolint:gochecknoglobals // the linker can set package variables only
var version, commit string

func main() {
	os.Exit(process.Run(context.Background(), cli.ReadBuildInfo(version, commit), nil))
}
