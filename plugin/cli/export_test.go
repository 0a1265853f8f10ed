// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io/fs"

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

// SameSources says whether a directory is built from the same files in two trees.
func SameSources(ctx context.Context, before, after fs.FS, dir string) bool {
	return sameSources(ctx, before, after, dir)
}
