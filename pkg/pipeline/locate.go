// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"path"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
)

// index remembers where to look for the fields of objects: which document of
// its file an object stands in, and which files may patch it. Those of the
// directory that is built come first, because its patches are applied last.
func (b *build) index(result *overlay.Result) {
	holders := map[string]bool{}
	for _, o := range result.Objects {
		b.documents[o.Position] = o.Document
		holders[o.Position.File] = true
	}
	if !result.Kustomized {
		return
	}
	for _, file := range result.Files {
		if !holders[file] {
			b.patches = append(b.patches, file)
		}
	}
	slices.SortStableFunc(b.patches, func(x, y string) int {
		return b.distance(x) - b.distance(y)
	})
}

func (b *build) distance(file string) int {
	dir := path.Dir(file)
	switch {
	case dir == b.Dir:
		return 0
	case b.Dir == "." || strings.HasPrefix(dir, b.Dir+"/"):
		return 1
	default:
		return 2
	}
}

// locate turns the field of each finding into a line and column: that of the
// patch which sets it, else that of the object's own file.
func (b *build) locate(findings []object.Finding) {
	for i := range findings {
		f := &findings[i]
		document, ok := b.documents[f.Position]
		if f.Field == "" || !ok {
			continue
		}
		f.Position = b.position(f, document)
	}
}

func (b *build) position(f *object.Finding, document int) object.Position {
	for _, file := range b.patches {
		if p, ok := b.locator.LocatePatch(file, f.Object, f.Field); ok {
			return p
		}
	}
	return b.locator.Locate(f.Position, document, f.Field)
}
