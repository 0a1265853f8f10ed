// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/lock"
)

// reach finds the files that a directory is built from, without building it: all
// below it, and all that its kustomizations name, and so on. It may find more
// than a build reads, but not less; where it cannot tell, it says so.
type reach struct {
	fsys fs.FS
	// sums are the digests of the files that were reached.
	sums map[string][sha256.Size]byte
	dirs map[string]bool
	// unclear says that something was found whose files are known to a build only.
	unclear bool
}

// sameSources says whether a directory is built from the same files in two
// trees, so that both builds come to the same. False may also mean that nobody
// knows.
func sameSources(ctx context.Context, before, after fs.FS, dir string) bool {
	old, ok := sources(ctx, before, dir)
	if !ok {
		return false
	}
	now, ok := sources(ctx, after, dir)
	return ok && maps.Equal(old, now)
}

// sources returns the digests of the files that a directory is built from, and
// whether they are all.
func sources(ctx context.Context, fsys fs.FS, dir string) (map[string][sha256.Size]byte, bool) {
	r := &reach{fsys: fsys, sums: map[string][sha256.Size]byte{}, dirs: map[string]bool{}}
	r.directory(ctx, dir)
	return r.sums, !r.unclear && ctx.Err() == nil
}

// directory reaches everything below a directory, and what counts for it from
// above: the lock file and the patterns of files to leave out.
func (r *reach) directory(ctx context.Context, dir string) {
	for at := dir; at != path.Dir(at); at = path.Dir(at) {
		for _, base := range []string{lock.FileName, ".sourceignore"} {
			if name := path.Join(path.Dir(at), base); r.is(name, fs.FileMode.IsRegular) {
				r.file(ctx, name)
			}
		}
	}
	r.below(ctx, dir)
}

func (r *reach) below(ctx context.Context, dir string) {
	if r.unclear || r.dirs[dir] {
		return
	}
	r.dirs[dir] = true
	entries, err := fs.ReadDir(r.fsys, dir)
	if err != nil || ctx.Err() != nil {
		r.unclear = true
		return
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case entry.IsDir():
			r.below(ctx, name)
		case entry.Type().IsRegular():
			r.file(ctx, name)
		default:
			r.unclear = true // a link may lead anywhere
		}
	}
}

// file reaches a file and what it names.
func (r *reach) file(ctx context.Context, name string) {
	if _, known := r.sums[name]; known || r.unclear {
		return
	}
	data, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		r.unclear = true
		return
	}
	r.sums[name] = sha256.Sum256(data)
	if slices.Contains([]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}, path.Base(name)) {
		r.kustomization(ctx, path.Dir(name), data)
		return
	}
	// A Platform may name an overlay, and so may a patch of one. Which directory
	// that is depends on the file that the Platform is in.
	r.unclear = r.unclear || bytes.Contains(data, []byte("overlay"))
}

// kustomization reaches all that the text of a kustomization may name. Every
// text in it counts, whatever the field, with what stands before a "=" or
// without, as in the files of a generator.
func (r *reach) kustomization(ctx context.Context, dir string, data []byte) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		r.unclear = true
		return
	}
	var visit func(node *yaml.Node)
	visit = func(node *yaml.Node) {
		if node.Kind == yaml.ScalarNode {
			r.named(ctx, dir, node.Value)
			if _, file, ok := strings.Cut(node.Value, "="); ok {
				r.named(ctx, dir, file)
			}
		}
		for _, child := range node.Content {
			visit(child)
		}
	}
	visit(&root)
}

// named reaches what a text names, if that is there.
func (r *reach) named(ctx context.Context, dir, text string) {
	if text == "" || len(text) > 4096 || strings.ContainsAny(text, "\n\x00") {
		return
	}
	name := path.Join(dir, text)
	switch {
	case !fs.ValidPath(name):
	case r.is(name, fs.FileMode.IsDir):
		r.directory(ctx, name)
	case r.is(name, fs.FileMode.IsRegular):
		r.file(ctx, name)
	}
}

func (r *reach) is(name string, what func(fs.FileMode) bool) bool {
	info, err := fs.Stat(r.fsys, name)
	return err == nil && what(info.Mode())
}
