// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package overlays holds the shipped Kustomize overlays as files. They are
// ordinary Kustomize directories: `kustomize build overlays/prod` prints the
// same HelmReleases that a Platform with profile prod starts from.
package overlays

import (
	"embed"
	"io/fs"
)

//go:embed base dev test prod components
var files embed.FS

// FS returns the overlays: base, dev, test, prod and components, each a
// directory at the root. The result is read-only and safe for concurrent use.
func FS() fs.FS { return files }
