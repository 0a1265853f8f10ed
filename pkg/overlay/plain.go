// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// plain collects the manifests below a directory without a kustomization file.
func (b *builder) plain(dir string) ([]object.Object, error) {
	if b.isChart(dir) {
		return nil, refuse(CodeChart, object.Position{File: join(dir, "Chart.yaml")}, "the directory is a Helm chart, not a directory of manifests",
			"name the chart in a Platform or a HelmRelease, and build the directory that holds that")
	}
	w := &walker{builder: b, ignore: newIgnore()}
	w.parents(dir)
	w.walk(dir, 0)
	return w.objects, b.ctx.Err()
}

// walker walks through directories of plain manifests.
type walker struct {
	*builder
	ignore  *ignore
	objects []object.Object
}

// parents loads the .sourceignore files from the root down to above dir.
func (w *walker) parents(dir string) {
	if dir == "." {
		return
	}
	w.parents(path.Dir(dir))
	w.loadIgnore(path.Dir(dir))
}

func (w *walker) loadIgnore(dir string) {
	name := join(dir, ".sourceignore")
	if isDir, exists := w.tree.isDir(name); !exists || isDir {
		return
	}
	data, err := w.tree.file(name)
	if w.absorb(err) {
		return
	}
	w.ignore.add(dir, data)
}

func (w *walker) walk(dir string, depth int) {
	if w.ctx.Err() != nil {
		return
	}
	if depth > maxDepth {
		w.builder.report(CodeTooMany, object.Position{File: dir}, "directories nest too deep", "flatten the tree")
		return
	}
	w.loadIgnore(dir)
	entries, err := fs.ReadDir(w.tree.fsys, dir)
	if err != nil {
		w.absorb(unreadable(dir, err))
		return
	}
	for _, entry := range entries {
		name := join(dir, entry.Name())
		if strings.HasPrefix(entry.Name(), ".") || w.ignore.match(name, entry.IsDir()) {
			continue
		}
		switch {
		case entry.IsDir():
			w.directory(name, depth)
		case isManifest(entry.Name()):
			w.manifest(name)
		}
	}
}

// directory walks into a sub-directory, or builds it if it is an overlay.
func (w *walker) directory(dir string, depth int) {
	if w.isChart(dir) {
		return
	}
	file, err := w.kustomizationFile(dir)
	if w.absorb(err) {
		return
	}
	if file == "" {
		w.walk(dir, depth+1)
		return
	}
	before := w.builder.objects
	objects, err := w.kustomized(dir, reference{})
	if err != nil {
		w.absorb(err)
		return
	}
	w.builder.objects = before
	if w.countObjects(file, len(objects)) {
		w.objects = append(w.objects, objects...)
	}
}

func (w *walker) manifest(name string) {
	if w.ctx.Err() != nil || w.builder.objects > w.options.MaxObjects || len(w.findings) > maxFindings {
		return
	}
	data, err := w.tree.file(name)
	if w.absorb(err) {
		return
	}
	objects, err := config.Decode(name, data, w.options.Limits)
	if w.absorb(err) {
		return
	}
	if w.countObjects(name, len(objects)) {
		w.objects = append(w.objects, objects...)
	}
}

// isChart says whether a directory is a Helm chart.
func (b *builder) isChart(dir string) bool {
	isDir, exists := b.tree.isDir(join(dir, "Chart.yaml"))
	return exists && !isDir
}

// isManifest says whether a file of this name is read as a manifest. Files that
// CI services keep under fixed names are not, as in Flux.
func isManifest(name string) bool {
	services := []string{"appveyor.yml", "cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml"}
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)) && !slices.Contains(services, name)
}
