// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Command dynamo-gitops-charts is dynamo-gitops with Helm in it. The program
// dynamo-gitops becomes this one where charts are fetched or rendered; used
// directly it does everything that dynamo-gitops does.
package main

import (
	"context"
	"os"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/charts"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/process"
)

// Set by the linker: -ldflags "-X main.version=v1.2.3 -X main.commit=4f1c…".
//
//nolint:gochecknoglobals // the linker can set package variables only
var version, commit string

func main() {
	os.Exit(process.Run(context.Background(), cli.ReadBuildInfo(version, commit), charts.Engine{}))
}
