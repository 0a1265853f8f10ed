// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// scan holds what a tree says about Platforms.
type scan struct {
	tree *tree
	// kustomizations by directory: the content of the file.
	kustomizations map[string]kustomization
	// whole are the objects, patches those that change them.
	whole, patches []*fragment
}

// kustomization is what counts of a kustomization file.
type kustomization struct {
	file      string
	component bool
	// names are files and directories that it builds upon.
	names []string
}

// scanTree reads the YAML files below the directory that may matter. Files that
// cannot be read as YAML are no Platforms and are passed over.
func scanTree(ctx context.Context, t *tree, dir string) (*scan, error) {
	s := &scan{tree: t, kustomizations: map[string]kustomization{}}
	var candidates []string
	err := fs.WalkDir(t, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && isHidden(d.Name()) && name != dir:
			return fs.SkipDir
		case !d.Type().IsRegular() || !isYAML(name) || isHidden(d.Name()):
			return nil
		}
		info, err := d.Info()
		if err == nil && info.Size() <= config.DefaultLimits().MaxFileBytes {
			candidates = append(candidates, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range candidates {
		if err := s.file(name); err != nil {
			return nil, err
		}
	}
	s.dropPatched()
	return s, nil
}

func (s *scan) file(name string) error {
	data, err := s.tree.read(name)
	if err != nil {
		return err
	}
	if !isKustomization(name) && !bytes.Contains(data, []byte("Platform")) && !bytes.Contains(data, []byte("HelmRelease")) {
		return nil
	}
	if _, err := documents(name, data); err != nil {
		return nil //nolint:nilerr // what is not understood is left alone
	}
	in, err := parseText(data)
	if err != nil {
		return nil //nolint:nilerr // the same
	}
	if isKustomization(name) {
		s.kustomization(name, in)
		return nil
	}
	for i, root := range in.roots {
		s.whole = append(s.whole, fragmentsIn(root, fragment{file: name, at: target{document: i}})...)
	}
	return nil
}

// fragmentsIn returns the Platforms and releases of a document.
func fragmentsIn(root *yaml.Node, f fragment) []*fragment {
	var out []*fragment
	if _, items := entry(root, "items"); items != nil && items.Kind == yaml.SequenceNode && strings.HasSuffix(scalar(root, "kind"), "List") {
		for i, item := range items.Content {
			f.at.path = []step{"items", i}
			out = append(out, identify(item, f)...)
		}
		return out
	}
	return identify(root, f)
}

func identify(n *yaml.Node, f fragment) []*fragment {
	f.reference = object.Reference{APIVersion: scalar(n, "apiVersion"), Kind: scalar(n, "kind")}
	switch group := object.GroupOf(f.reference.APIVersion); {
	case group == v1alpha1.Group && f.reference.Kind == "Platform":
	case group == "helm.toolkit.fluxcd.io" && f.reference.Kind == "HelmRelease":
		f.kind = releaseKind
	default:
		return nil
	}
	_, metadata := entry(n, "metadata")
	f.reference.Name, f.reference.Namespace = scalar(metadata, "name"), scalar(metadata, "namespace")
	return []*fragment{&f}
}

func scalar(n *yaml.Node, key string) string {
	if _, v := entry(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// kustomization reads the patches and the names of a kustomization file.
func (s *scan) kustomization(name string, in *text) {
	if len(in.roots) == 0 {
		return
	}
	root, dir := in.roots[0], path.Dir(name)
	k := kustomization{file: name, component: scalar(root, "kind") == "Component"}
	for _, field := range []string{"resources", "bases", "components"} {
		_, list := entry(root, field)
		for _, item := range content(list) {
			k.names = append(k.names, path.Join(dir, item.Value))
		}
	}
	s.kustomizations[dir] = k
	for _, field := range []string{"patches", "patchesStrategicMerge", "patchesJson6902"} {
		_, list := entry(root, field)
		for i, item := range content(list) {
			s.patchEntry(patchItem{file: name, dir: dir, node: item, at: []step{field, i}})
		}
	}
}

func content(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// patchItem is an entry of a list of patches.
type patchItem struct {
	file, dir string
	node      *yaml.Node
	at        []step
}

// patchEntry looks at one patch: a file or a text within.
func (s *scan) patchEntry(p patchItem) {
	name, inline := scalar(p.node, "path"), scalar(p.node, "patch")
	at := append(slices.Clone(p.at), "patch")
	if p.node.Kind == yaml.ScalarNode {
		at = p.at
		if strings.Contains(p.node.Value, "\n") {
			inline = p.node.Value
		} else {
			name = p.node.Value
		}
	}
	_, selected := entry(p.node, "target")
	f := fragment{dir: p.dir, selector: scalar(selected, "name"), reference: object.Reference{Kind: scalar(selected, "kind")}}
	if inline != "" {
		in, err := parseText([]byte(inline))
		if err != nil {
			return
		}
		f.file, f.at = p.file, target{path: at}
		for i, root := range in.roots {
			f.inline = &target{document: i}
			s.patch(root, f)
		}
		return
	}
	f.file = path.Join(p.dir, name)
	data, err := s.tree.read(f.file)
	if name == "" || err != nil {
		return
	}
	if _, err := documents(f.file, data); err != nil {
		return
	}
	in, err := parseText(data)
	if err != nil {
		return
	}
	for i, root := range in.roots {
		f.at = target{document: i}
		s.patch(root, f)
	}
}

// patch keeps a patch of a Platform or a release.
func (s *scan) patch(n *yaml.Node, f fragment) {
	if n == nil {
		return
	}
	if n.Kind == yaml.SequenceNode {
		f.json = true
		switch f.reference.Kind {
		case "Platform":
		case "HelmRelease":
			f.kind = releaseKind
		default:
			return
		}
		f.reference.Name = f.selector
		s.patches = append(s.patches, &f)
		return
	}
	s.patches = append(s.patches, identify(n, f)...)
}

// dropPatched leaves whole objects alone that are in truth patches, and
// releases that no overlay prints. A patch that several directories apply is
// kept once.
func (s *scan) dropPatched() {
	type place struct {
		file   string
		doc    int
		inline string
	}
	seen := map[place]bool{}
	patched := map[string]bool{}
	s.patches = slices.DeleteFunc(s.patches, func(f *fragment) bool {
		p := place{file: f.file, doc: f.at.document}
		if f.inline != nil {
			p.doc, p.inline = f.inline.document, fmt.Sprint(f.at.path)
		} else {
			patched[f.file] = true
		}
		double := seen[p]
		seen[p] = true
		return double
	})
	s.whole = slices.DeleteFunc(s.whole, func(f *fragment) bool { return patched[f.file] })
	reached := s.overlays()
	s.whole = slices.DeleteFunc(s.whole, func(f *fragment) bool {
		if f.kind != releaseKind {
			return false
		}
		content, err := s.tree.object(f)
		name := follow(content, []step{"spec", "chart", "spec", "chart"})
		return err != nil || name != generate.PlatformChart || !reached(f.file)
	})
	s.patches = slices.DeleteFunc(s.patches, func(f *fragment) bool {
		return f.kind == releaseKind && !reached(path.Join(f.dir, "kustomization.yaml"))
	})
}

// overlays returns whether a file belongs to a directory that spec.overlay of
// a Platform names.
func (s *scan) overlays() func(string) bool {
	files, dirs := map[string]bool{}, map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if dirs[name] {
			return
		}
		if isYAML(name) {
			files[name] = true
			return
		}
		dirs[name] = true
		for _, below := range s.kustomizations[name].names {
			visit(below)
		}
	}
	for _, f := range slices.Concat(s.whole, s.patches) {
		content, err := s.tree.object(f)
		if f.kind != platformKind || f.json || err != nil {
			continue
		}
		if overlay, ok := follow(content, []step{"spec", "overlay"}).(string); ok && overlay != "" {
			visit(path.Join(path.Dir(f.file), overlay))
		}
	}
	return func(file string) bool {
		if files[file] || dirs[path.Dir(file)] {
			return true
		}
		for dir := range dirs {
			if _, ok := s.kustomizations[dir]; !ok && within(file, dir) {
				return true
			}
		}
		return false
	}
}
