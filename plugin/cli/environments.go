// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// environments returns the directories below dir that are built on their own:
// those that match one of the patterns ("clusters/*"), or else every Kustomize
// directory that no other one and no Platform refers to. Where there is none it
// is dir itself. The result is sorted.
func environments(fsys fs.FS, dir string, patterns []string) ([]string, error) {
	if len(patterns) > 0 {
		return matching(fsys, dir, patterns)
	}
	found := &finder{fsys: fsys, overlays: regexp.MustCompile(overlayPattern), referred: map[string]bool{}}
	if err := fs.WalkDir(fsys, dir, found.visit); err != nil {
		return nil, err
	}
	roots := slices.DeleteFunc(found.kustomized, func(dir string) bool { return found.referred[dir] })
	if len(roots) == 0 {
		return []string{dir}, nil
	}
	slices.Sort(roots)
	return roots, nil
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

// finder collects Kustomize directories and what refers to what.
type finder struct {
	fsys       fs.FS
	overlays   *regexp.Regexp
	kustomized []string
	referred   map[string]bool
}

func (f *finder) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case entry.IsDir():
		if name != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		return nil
	case isKustomization(entry.Name()):
		f.kustomization(name)
	case path.Ext(name) == ".yaml" || path.Ext(name) == ".yml":
		f.manifest(name)
	}
	return nil
}

func isKustomization(name string) bool {
	return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization"
}

// kustomization notes a directory and what it refers to. What is wrong with the
// file is found when it is built.
func (f *finder) kustomization(name string) {
	var k struct {
		Kind                         string
		Resources, Bases, Components []string
	}
	data, err := fs.ReadFile(f.fsys, name)
	if err != nil || len(data) > maxKustomization || yaml.Unmarshal(data, &k) != nil {
		return
	}
	dir := path.Dir(name)
	if k.Kind != "Component" {
		f.kustomized = append(f.kustomized, dir)
	}
	for _, reference := range slices.Concat(k.Resources, k.Bases, k.Components) {
		f.referred[path.Join(dir, reference)] = true
	}
}

// manifest notes the overlays that the Platforms of a file start from.
func (f *finder) manifest(name string) {
	info, err := fs.Stat(f.fsys, name)
	if err != nil || info.Size() > maxKustomization {
		return
	}
	data, err := fs.ReadFile(f.fsys, name)
	if err != nil {
		return
	}
	for _, match := range f.overlays.FindAllSubmatch(data, -1) {
		f.referred[path.Join(path.Dir(name), string(match[1]))] = true
	}
}
