// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	kjson "sigs.k8s.io/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/overlay"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// world answers what the files of a tree build to, as they are at the moment.
type world struct {
	tree     *tree
	scan     *scan
	overlays fs.FS
	unknown  bool
	// builds holds results by directory for one generation of the tree.
	builds     map[string]build
	generation int
	shipped    map[string]generate.Overlay
}

type build struct {
	objects []object.Object
	err     error
}

func newWorld(t *tree, overlays fs.FS, allowUnknown bool) *world {
	return &world{tree: t, overlays: overlays, unknown: allowUnknown, builds: map[string]build{}, shipped: map[string]generate.Overlay{}}
}

// build returns the objects of a directory.
func (w *world) build(ctx context.Context, dir string) ([]object.Object, error) {
	if w.generation != w.tree.generation {
		w.builds, w.generation = map[string]build{}, w.tree.generation
	}
	known, ok := w.builds[dir]
	if !ok {
		result, err := overlay.Build(ctx, w.tree, dir, overlay.Options{})
		known.err = err
		if err == nil {
			known.objects = result.Objects
		}
		w.builds[dir] = known
	}
	return known.objects, known.err
}

// effective is a Platform with everything that its values are made of.
type effective struct {
	platform  v1alpha1.Platform
	reference object.Reference
	file      string
	chart     *chart.Version
	// profile, compiled and raw are the layers, lowest first.
	profile, compiled, raw map[string]any
}

// values returns what the layers come to.
func (e *effective) values() map[string]any {
	return values.Merge(values.Merge(e.profile, e.compiled), e.raw)
}

// effective reads a Platform; at overrides its version where given.
func (w *world) effective(ctx context.Context, content map[string]any, file string, at *chart.Version) (*effective, error) {
	e := &effective{file: file, chart: at, reference: object.New(content).Reference()}
	data, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &e.platform); err != nil {
		return nil, fmt.Errorf("the Platform is malformed: %w", err)
	}
	if e.chart == nil {
		if e.chart, err = chart.Lookup(e.platform.Spec.Version, chart.LookupOptions{AllowUnknown: w.unknown}); err != nil {
			return nil, err
		}
	}
	e.raw, _ = follow(content, []step{"spec", "values"}).(map[string]any)
	name := generate.ReleaseName(&e.platform)
	e.compiled, _ = e.chart.Compile(e.platform.Spec.Components, chart.Release{Name: name, Namespace: e.platform.Namespace})
	read, err := w.overlayOf(ctx, &e.platform, file)
	if err != nil {
		return nil, err
	}
	from, err := chart.Lookup(read.Version, chart.LookupOptions{AllowUnknown: w.unknown})
	if err != nil {
		return nil, fmt.Errorf("the overlay's HelmRelease: %w", err)
	}
	e.profile, _, _ = e.chart.Translate(read.Values, from)
	return e, nil
}

// overlayOf reads the profile or overlay that a Platform starts from.
func (w *world) overlayOf(ctx context.Context, p *v1alpha1.Platform, file string) (generate.Overlay, error) {
	if p.Spec.Overlay != "" {
		dir := path.Join(path.Dir(file), p.Spec.Overlay)
		if path.IsAbs(p.Spec.Overlay) || !fs.ValidPath(dir) {
			return generate.Overlay{}, errors.New("the overlay lies outside the tree")
		}
		objects, err := w.build(ctx, dir)
		if err != nil {
			return generate.Overlay{}, fmt.Errorf("the overlay %s does not build: %w", dir, err)
		}
		return generate.ReadOverlay(objects)
	}
	return readShipped(ctx, w.overlays, string(cmp.Or(p.Spec.Profile, v1alpha1.ProfileDev)), w.shipped)
}

func readShipped(ctx context.Context, overlays fs.FS, name string, known map[string]generate.Overlay) (generate.Overlay, error) {
	if read, ok := known[name]; ok {
		return read, nil
	}
	result, err := overlay.Build(ctx, overlays, name, overlay.Options{})
	if err != nil {
		return generate.Overlay{}, fmt.Errorf("profile %s: %w", name, err)
	}
	read, err := generate.ReadOverlay(result.Objects)
	if err == nil {
		known[name] = read
	}
	return read, err
}

// base returns the object that a patch applies to, patches included where its
// directory builds, and the file it stands in.
func (w *world) base(ctx context.Context, f *fragment) (map[string]any, string) {
	for _, dir := range w.scan.users(f.dir) {
		objects, err := w.build(ctx, dir)
		if err != nil {
			continue
		}
		var found []object.Object
		for _, o := range objects {
			if isKind(o, f.kind) {
				found = append(found, o)
			}
		}
		if o, ok := choose(found, f); ok {
			return o.Object, o.Position.File
		}
	}
	var found []object.Object
	for _, whole := range w.scan.whole {
		content, err := w.tree.object(whole)
		m, ok := content.(map[string]any)
		if err == nil && ok && whole.kind == f.kind {
			o := object.New(m)
			o.Position.File = whole.file
			found = append(found, o)
		}
	}
	o, ok := choose(found, f)
	if !ok {
		return nil, ""
	}
	return o.Object, o.Position.File
}

func isKind(o object.Object, k kind) bool {
	if k == releaseKind {
		return o.GetKind() == "HelmRelease" && follow(o.Object, []step{"spec", "chart", "spec", "chart"}) == generate.PlatformChart
	}
	return o.GetKind() == "Platform" && o.Group() == v1alpha1.Group
}

// choose returns the object with the patch's name, or that its selector takes,
// or the only one.
func choose(found []object.Object, f *fragment) (object.Object, bool) {
	for _, o := range found {
		if o.GetName() == f.reference.Name && f.selector == "" {
			return o, true
		}
	}
	if pattern, err := regexp.Compile("^(?:" + f.selector + ")$"); err == nil && f.selector != "" {
		for _, o := range found {
			if pattern.MatchString(o.GetName()) {
				return o, true
			}
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return object.Object{}, false
}

// users returns the directories whose build includes a kustomization: itself,
// or for a component those that use it.
func (s *scan) users(dir string) []string {
	if !s.kustomizations[dir].component {
		return []string{dir}
	}
	var out []string
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		for _, user := range s.directories() {
			if seen[user] || !slices.Contains(s.kustomizations[user].names, queue[0]) {
				continue
			}
			seen[user] = true
			queue = append(queue, user)
			if !s.kustomizations[user].component {
				out = append(out, user)
			}
		}
	}
	return out
}

// directories returns those with a kustomization, sorted.
func (s *scan) directories() []string {
	var out []string
	for dir := range s.kustomizations {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}

// roots returns the directories whose build holds Platforms of the tree.
func (s *scan) roots() []string {
	relevant := map[string]bool{}
	mark := func(name string) {
		for _, user := range s.directories() {
			if slices.Contains(s.kustomizations[user].names, name) {
				relevant[user] = true
			}
		}
	}
	for _, f := range s.whole {
		for name := f.file; f.kind == platformKind; name = path.Dir(name) {
			mark(name)
			if name == "." {
				break
			}
		}
	}
	for _, f := range s.patches {
		if f.kind == platformKind {
			relevant[f.dir] = true
		}
	}
	for size := -1; size != len(relevant); {
		size = len(relevant)
		for dir := range relevant {
			mark(dir)
		}
	}
	var out []string
	for _, dir := range s.directories() {
		if relevant[dir] && !s.kustomizations[dir].component {
			out = append(out, dir)
		}
	}
	return out
}
