// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package examples carries the starter repository in the binary, so that what
// "dynamo-gitops init" writes and what stands in examples/quickstart cannot
// differ.
package examples

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed quickstart/README.md quickstart/base quickstart/clusters
var files embed.FS

// Quickstart returns the files of the starter repository: README.md, base and
// clusters. The schemas that its comments name are not among them; they are
// those of pkg/schema.
func Quickstart() (fs.FS, error) {
	sub, err := fs.Sub(files, "quickstart")
	if err != nil {
		return nil, fmt.Errorf("open the starter repository: %w", err)
	}
	return sub, nil
}
