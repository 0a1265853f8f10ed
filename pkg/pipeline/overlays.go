// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"io/fs"
	"path"
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// builtOverlay is what a build of a user's overlay gave.
type builtOverlay struct {
	result *overlay.Result
	err    error
}

// userOverlay builds a directory that Platforms name in spec.overlay, once.
func (b *build) userOverlay(ctx context.Context, dir string) (*overlay.Result, error) {
	known, ok := b.overlays[dir]
	if !ok {
		known.result, known.err = overlay.Build(ctx, b.FS, dir, overlay.Options{Limits: b.Limits})
		b.overlays[dir] = known
	}
	return known.result, known.err
}

// withoutOverlays returns the objects of a directory that is taken as a whole,
// without those that stand in the files of the overlays of its Platforms: they
// are where a Platform starts from, and applied as well they would be a second
// release. A kustomization says itself what belongs to it, so nothing is left out
// there. An overlay that does not build is reported later, with its Platform.
func (b *build) withoutOverlays(ctx context.Context, result *overlay.Result) []object.Object {
	if result.Kustomized {
		return result.Objects
	}
	files := map[string]bool{}
	for _, o := range result.Objects {
		dir, ok := overlayOf(o)
		if !ok {
			continue
		}
		built, err := b.userOverlay(ctx, dir)
		if err != nil {
			continue
		}
		for _, file := range built.Files {
			files[file] = true
		}
	}
	if len(files) == 0 {
		return result.Objects
	}
	return slices.DeleteFunc(slices.Clone(result.Objects), func(o object.Object) bool {
		return o.Group() != v1alpha1.Group && files[o.Position.File]
	})
}

// overlayOf returns the directory that an object names in spec.overlay, if it is
// a Platform with an overlay in the source.
func overlayOf(o object.Object) (string, bool) {
	if o.Group() != v1alpha1.Group || o.GetKind() != v1alpha1.PlatformKind {
		return "", false
	}
	value, _ := values.Get(o.Object, "spec", "overlay")
	name, _ := value.(string)
	dir := path.Join(path.Dir(o.Position.File), name)
	return dir, name != "" && !path.IsAbs(name) && fs.ValidPath(dir)
}
