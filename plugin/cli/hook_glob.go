// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// matchingDirectories lists the directories of a tree that match a glob,
// sorted. A glob without wildcards is listed whether the directory is there or
// not, for the build to say so. Below directories whose names begin with a dot
// only those that are named without wildcards are found.
func matchingDirectories(ctx context.Context, fsys fs.FS, globs []string) ([]string, error) {
	var found []string
	for _, glob := range globs {
		if !strings.ContainsAny(glob, `*?[\`) {
			found = append(found, glob)
		}
	}
	if len(found) < len(globs) {
		err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
			if stopped := ctx.Err(); stopped != nil || err != nil {
				return firstError(stopped, err)
			}
			if strings.HasPrefix(entry.Name(), ".") && name != "." {
				return skip(entry)
			}
			if isDirectory(fsys, name, entry) && matchesAny(globs, name) {
				found = append(found, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// skip leaves out an entry with all that is below it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// isDirectory says whether an entry is a directory or a link to one.
func isDirectory(fsys fs.FS, name string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// matchesAny says whether a slash-separated name matches one of the globs.
func matchesAny(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool {
		return matchSegments(strings.Split(glob, "/"), strings.Split(name, "/"))
	})
}

// matchSegments matches name by name; "**" stands for any number of names.
func matchSegments(glob, name []string) bool {
	for i, part := range glob {
		if part == "**" {
			for skipped := 0; skipped <= len(name)-i; skipped++ {
				if matchSegments(glob[i+1:], name[i+skipped:]) {
					return true
				}
			}
			return false
		}
		if i >= len(name) {
			return false
		}
		if ok, err := path.Match(part, name[i]); err != nil || !ok {
			return false
		}
	}
	return len(glob) == len(name)
}
