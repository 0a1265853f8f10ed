// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// kustomizationNames are the names that Kustomize knows.
func kustomizationNames() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

// tree reads files of the source under the limits of a build and remembers
// which.
type tree struct {
	fsys     fs.FS
	maxBytes int64
	maxFiles int
	seen     map[string]bool
	read     []string
}

func newTree(fsys fs.FS, o Options) *tree {
	return &tree{fsys: fsys, maxBytes: o.Limits.MaxFileBytes, maxFiles: o.MaxFiles, seen: map[string]bool{}, read: []string{}}
}

// file returns the content of a regular file.
func (t *tree) file(name string) ([]byte, error) {
	if !t.seen[name] {
		if len(t.read) >= t.maxFiles {
			return nil, refuse(CodeTooMany, object.Position{File: name}, fmt.Sprintf("there are more than %d files", t.maxFiles), "split the directory, or raise the limit")
		}
		t.seen[name] = true
		t.read = append(t.read, name)
	}
	// Asked before it is opened: a file system may read all of a file to open it.
	if info, err := fs.Stat(t.fsys, name); err == nil && info.Size() > t.maxBytes {
		return nil, refuse(config.CodeFileTooLarge, object.Position{File: name},
			fmt.Sprintf("the file has %d bytes, more than the limit of %d", info.Size(), t.maxBytes),
			"split it, or list it in .sourceignore if it is no manifest")
	}
	f, err := t.fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	data, err := t.content(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, unreadable(name, err)
	}
	return data, nil
}

// content reads at most one byte more than the limit: enough for the decoder
// to refuse the file by its size.
func (t *tree) content(f fs.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	return io.ReadAll(io.LimitReader(f, t.maxBytes+1))
}

// kustomizationFile returns the path of a directory's kustomization file, or
// "" when it has none.
func (b *builder) kustomizationFile(dir string) (string, error) {
	found := ""
	for _, name := range kustomizationNames() {
		file := join(dir, name)
		info, err := fs.Stat(b.tree.fsys, file)
		if err != nil || info.IsDir() {
			continue
		}
		if found != "" {
			return "", refuse(CodeSeveral, object.Position{File: file}, "the directory has another kustomization file, "+found, "keep one of the two")
		}
		found = file
	}
	return found, nil
}

// isDir says whether a path is a directory, and whether it exists at all.
func (t *tree) isDir(name string) (dir, exists bool) {
	info, err := fs.Stat(t.fsys, name)
	if err != nil {
		return false, false
	}
	return info.IsDir(), true
}

func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}
