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

// environments returns the directories below dir that are built on their own:
// those that match one of the patterns ("clusters/*"), or else those that
// pushedEnvironments finds there. Where there is none it is dir itself. The
// result is sorted.
func environments(ctx context.Context, fsys fs.FS, dir string, patterns []string) ([]string, error) {
	if len(patterns) > 0 {
		return matching(fsys, dir, patterns)
	}
	found, err := pushedEnvironments(ctx, fsys)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(one string) bool {
		return dir != "." && one != dir && !strings.HasPrefix(one, dir+"/")
	})
	if len(found) == 0 {
		return []string{dir}, nil
	}
	return found, nil
}

func matching(fsys fs.FS, dir string, patterns []string) ([]string, error) {
	var dirs []string
	for _, pattern := range patterns {
		matches, err := fs.Glob(fsys, path.Join(dir, pattern))
		if err != nil {
			return nil, usage("write it as clusters/*", "--path %q is no pattern", pattern)
		}
		for _, match := range matches {
			if info, err := fs.Stat(fsys, match); err == nil && info.IsDir() {
				dirs = append(dirs, match)
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}
