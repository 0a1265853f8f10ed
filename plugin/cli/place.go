// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// place is what PATH, --path and --revision name together.
type place struct {
	// location is a directory or URL: the root of the source tree.
	location string
	// dir is the directory to build below it, with slashes.
	dir string
	// prefix goes before the tree's file names, so that they can be opened from
	// the working directory; empty for Git.
	prefix string
	// top is the highest directory that belongs to the source, where that is
	// known otherwise than from a Git work tree.
	top string
	// git says whether a commit is read rather than files on disk.
	git bool
}

// locate finds out where PATH leads.
//
// The root of a local source tree is the directory itself, or, when its
// kustomizations refer to directories beside it ("../../base"), the nearest
// directory above that holds them all. That is never outside the Git work tree;
// without one it is neither above the working directory, when PATH leads down
// from it, nor the home directory or above. So a cluster's directory can be named
// alone, and a repository's other content does not matter.
func (s *session) locate(target string, f *sourceFlags) (place, error) {
	dir := path.Clean(filepath.ToSlash(f.path))
	if path.IsAbs(dir) || dir == ".." || strings.HasPrefix(dir, "../") {
		return place{}, usage("name a directory below PATH", "--path %q leads out of the source", f.path)
	}
	if source.IsGitURL(target) {
		return place{location: target, dir: dir, git: true}, nil
	}
	full := s.absolute(target)
	if f.revision != "" || f.keyring != "" {
		top := workTree(full)
		if top == "" {
			return place{location: full, dir: dir, git: true}, nil
		}
		return place{location: top, dir: path.Join(slashRel(top, full), dir), git: true}, nil
	}
	root := full
	if f.path == "" {
		ceiling, home := s.ceiling(full)
		root = enclosing(full, ceiling, home)
	}
	return place{location: root, dir: path.Join(slashRel(root, full), dir), prefix: s.shown(root)}, nil
}

// ceiling is the highest directory that may become the root of a local tree,
// and the home directory where that must be kept out.
func (s *session) ceiling(dir string) (top, home string) {
	if top = workTree(dir); top != "" {
		return top, ""
	}
	home = s.Getenv("HOME")
	if within(s.Dir, dir) && dir != s.Dir {
		return s.Dir, home
	}
	return string(filepath.Separator), home
}

// shown is how a directory is written in messages: relative to the working
// directory where it lies below it, above it, or beside it in one work tree.
func (s *session) shown(dir string) string {
	rel := slashRel(s.Dir, dir)
	top := workTree(s.Dir)
	switch {
	case rel == ".":
		return ""
	case within(s.Dir, dir), within(dir, s.Dir), top != "" && within(top, dir):
		return rel
	default:
		return filepath.ToSlash(dir)
	}
}

// fromTop makes the prefix one from the top of the Git work tree, as code
// scanning and review want file names, where there is a work tree.
func (p place) fromTop() place {
	if p.git {
		return p
	}
	if top := workTree(p.location); top != "" {
		if p.prefix = slashRel(top, p.location); p.prefix == "." {
			p.prefix = ""
		}
	}
	return p
}

// relocate puts the prefix before the files of the findings.
func (p place) relocate(findings []object.Finding) {
	if p.prefix == "" {
		return
	}
	for i := range findings {
		if file := findings[i].Position.File; file != "" {
			findings[i].Position.File = path.Join(p.prefix, file)
		}
	}
}

// workTree returns the top of the Git work tree that holds dir, or nothing.
func workTree(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// within says whether dir is root or lies below it. Both are absolute.
func within(root, dir string) bool {
	rel, err := filepath.Rel(root, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// slashRel is dir relative to root, which holds it, with slashes.
func slashRel(root, dir string) string {
	rel, err := filepath.Rel(root, dir)
	if err != nil { // both are absolute
		return "."
	}
	return filepath.ToSlash(rel)
}
