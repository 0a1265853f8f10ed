// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// platformKind is the kind that makes a directory of plain manifests an
// environment.
const platformKind = "Platform"

// pushedEnvironments lists the directories of a tree that are deployed by themselves,
// sorted: those with a kustomization, or else with a Platform, that no other
// directory refers to. Kustomize components are none. Of kustomizations that
// refer to each other in a circle one is listed, so that each kustomization of
// the tree is an environment or takes part in one.
//
// Directories whose names begin with a dot are passed over, as in a build.
func pushedEnvironments(ctx context.Context, fsys fs.FS) ([]string, error) {
	m := treeMap{
		ctx: ctx, fsys: fsys, units: map[string]*treeUnit{}, platforms: map[string][]string{},
		files: map[string]bool{}, overlays: map[string]bool{},
	}
	if err := m.directory(".", false); err != nil {
		return nil, err
	}
	return m.roots(), nil
}

// treeMap is what refers to what in a tree.
type treeMap struct {
	ctx  context.Context //nolint:containedctx // lives as long as one call
	fsys fs.FS
	// units are the directories with a kustomization.
	units map[string]*treeUnit
	// platforms are the files with Platforms in the other directories.
	platforms map[string][]string
	// files are those that a kustomization names.
	files map[string]bool
	// overlays are the directories that a Platform names.
	overlays map[string]bool
}

// treeUnit is a directory with a kustomization.
type treeUnit struct {
	component bool
	dirs      []string
}

// fieldsWithPaths are the fields of a kustomization that name files or directories.
type fieldsWithPaths struct {
	Kind                  string                  `yaml:"kind"`
	Resources             []string                `yaml:"resources"`
	Bases                 []string                `yaml:"bases"`
	Components            []string                `yaml:"components"`
	Generators            []string                `yaml:"generators"`
	Transformers          []string                `yaml:"transformers"`
	Validators            []string                `yaml:"validators"`
	PatchesStrategicMerge []string                `yaml:"patchesStrategicMerge"`
	Patches               []struct{ Path string } `yaml:"patches"`
}

func (m *treeMap) directory(dir string, chart bool) error {
	if err := m.ctx.Err(); err != nil {
		return err
	}
	entries, err := fs.ReadDir(m.fsys, dir)
	if err != nil {
		return err
	}
	chart = chart || m.isFile(path.Join(dir, "Chart.yaml"))
	unit, err := m.kustomization(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.IsDir():
			err = m.directory(name, chart)
		case isManifestName(name) && !chart && m.isFile(name):
			err = m.manifest(dir, name, unit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kustomization notes what the kustomization of a directory refers to. What is
// wrong with it is found when it is built.
func (m *treeMap) kustomization(dir string) (bool, error) {
	unit := &treeUnit{}
	found := false
	for _, base := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		name := path.Join(dir, base)
		if !m.isFile(name) {
			continue
		}
		found = true
		data, err := m.read(name)
		if err != nil {
			return false, err
		}
		var r fieldsWithPaths
		_ = yaml.Unmarshal(data, &r)
		unit.component = unit.component || r.Kind == "Component"
		m.refer(dir, unit, &r)
	}
	if found {
		m.units[dir] = unit
	}
	return found, nil
}

func (m *treeMap) refer(dir string, unit *treeUnit, r *fieldsWithPaths) {
	names := slices.Concat(r.Resources, r.Bases, r.Components, r.Generators, r.Transformers, r.Validators, r.PatchesStrategicMerge)
	for _, patch := range r.Patches {
		names = append(names, patch.Path)
	}
	for _, name := range names {
		target := path.Join(dir, name)
		if name == "" || path.IsAbs(name) || !fs.ValidPath(target) {
			continue
		}
		info, err := fs.Stat(m.fsys, target)
		switch {
		case err != nil || target == dir:
		case info.IsDir():
			unit.dirs = append(unit.dirs, target)
		default:
			m.files[target] = true
		}
	}
}

// manifest looks for Platforms in a file and notes their overlays. A file that
// is broken and may hold one counts as holding one, so that it is built.
func (m *treeMap) manifest(dir, name string, unit bool) error {
	data, err := m.read(name)
	if err != nil || !bytes.Contains(data, []byte(v1alpha1.Group)) || !bytes.Contains(data, []byte(platformKind)) {
		return err
	}
	objects, err := config.Decode(name, data, config.DefaultLimits())
	platform := err != nil
	for i := range objects {
		o := objects[i]
		if o.Group() != v1alpha1.Group || o.GetKind() != platformKind {
			continue
		}
		platform = true
		spec, _ := o.Object["spec"].(map[string]any)
		if overlay, _ := spec["overlay"].(string); overlay != "" {
			m.overlays[path.Join(dir, overlay)] = true
		}
	}
	if platform && !unit {
		m.platforms[dir] = append(m.platforms[dir], name)
	}
	return nil
}

// roots lists the directories that nothing refers to.
func (m *treeMap) roots() []string {
	referred := maps.Clone(m.overlays)
	for _, unit := range m.units {
		for _, dir := range unit.dirs {
			referred[dir] = true
		}
	}
	reached := map[string]bool{}
	for dir := range m.overlays {
		m.reach(dir, reached)
	}
	roots := m.plainRoots(referred)
	take := func(wanted func(dir string) bool) {
		for _, dir := range slices.Sorted(maps.Keys(m.units)) {
			if !m.units[dir].component && !reached[dir] && wanted(dir) {
				roots = append(roots, dir)
				m.reach(dir, reached)
			}
		}
	}
	take(func(dir string) bool { return !referred[dir] })
	take(func(string) bool { return true }) // circles, and what only unused components refer to
	slices.Sort(roots)
	return roots
}

// reach marks a directory and all that it refers to.
func (m *treeMap) reach(dir string, reached map[string]bool) {
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		unit := m.units[queue[0]]
		if reached[queue[0]] || unit == nil {
			continue
		}
		reached[queue[0]] = true
		queue = append(queue, unit.dirs...)
	}
}

// plainRoots lists the directories without a kustomization that hold a Platform
// which no kustomization names. Those below another one are part of it.
func (m *treeMap) plainRoots(referred map[string]bool) []string {
	var roots []string
	for _, dir := range slices.Sorted(maps.Keys(m.platforms)) {
		named := !slices.ContainsFunc(m.platforms[dir], func(file string) bool { return !m.files[file] })
		part := slices.ContainsFunc(roots, func(root string) bool {
			return root == "." || strings.HasPrefix(dir, root+"/")
		})
		if !named && !part && !referred[dir] {
			roots = append(roots, dir)
		}
	}
	return roots
}

func (m *treeMap) isFile(name string) bool {
	info, err := fs.Stat(m.fsys, name)
	return err == nil && !info.IsDir()
}

// read returns the content of a file, nothing for one that Git does not have.
func (m *treeMap) read(name string) ([]byte, error) {
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(m.fsys, name)
	if errors.Is(err, source.ErrLFSPointer) {
		return nil, nil
	}
	return data, err
}

func isManifestName(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name))
}
