// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io"
	"io/fs"
)

// ExecuteWithInput executes c with a standard input.
func ExecuteWithInput(ctx context.Context, c *CLI, in io.Reader, args ...string) int {
	s := &session{Options: c.options, pipeline: c.build}
	root := s.rootCommand()
	root.SetIn(in)
	root.SetArgs(args)
	return s.report(recovered(func() error { return root.ExecuteContext(ctx) }))
}

// PushedEnvironments shows which directories a hook builds.
func PushedEnvironments(ctx context.Context, fsys fs.FS, globs ...string) ([]string, error) {
	f := hookFlags{paths: globs}
	return f.directories(ctx, fsys)
}

// ObjectPaths shows how a list of object directories is taken apart.
func ObjectPaths(list string) ([]string, error) { return objectPaths(list) }
