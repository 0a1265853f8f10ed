// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// NewWithBuild returns a command line with another pipeline.
func NewWithBuild(o Options, build func(context.Context, pipeline.Options) (*pipeline.Plan, error)) *CLI {
	c := New(o)
	c.build = build
	return c
}

// MarkerName is the file that marks an output directory.
const MarkerName = markerName
