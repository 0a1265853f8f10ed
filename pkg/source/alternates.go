// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-billy/v5"
)

// maxObjectDirs bounds how many object directories lead to each other.
const maxObjectDirs = 32

// objectDirs adds to a list of object directories those that they name in
// info/alternates, in Git's way: one on a line, relative to the directory
// itself. The order stays, and no directory comes twice.
func objectDirs(dirs []string) []string {
	for i := 0; i < len(dirs) && len(dirs) < maxObjectDirs; i++ {
		text, ok := readSmall(filepath.Join(dirs[i], "info", "alternates"))
		if !ok {
			continue
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if dir := absolute(dirs[i], line); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// objectsOnly shows an object directory as the "objects" of a repository that
// has nothing else.
type objectsOnly struct{ billy.Filesystem }

func (o objectsOnly) inside(path string) string {
	path = filepath.Clean(path)
	if path == "objects" {
		return "."
	}
	if rest, ok := strings.CutPrefix(path, "objects"+string(filepath.Separator)); ok {
		return rest
	}
	return filepath.Join("none", path)
}

// Open implements billy.Basic.
func (o objectsOnly) Open(path string) (billy.File, error) { return o.Filesystem.Open(o.inside(path)) }

// Stat implements billy.Basic.
func (o objectsOnly) Stat(path string) (os.FileInfo, error) {
	return o.Filesystem.Stat(o.inside(path))
}

// ReadDir implements billy.Dir.
func (o objectsOnly) ReadDir(path string) ([]os.FileInfo, error) {
	return o.Filesystem.ReadDir(o.inside(path))
}
