// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"slices"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// assemble builds a scanned unit: by object where that is enough, by
// Kustomize's engine where it is not.
func (b *builder) assemble(s *scanner, u *unit) ([]object.Object, error) {
	f := featuresOf(u)
	if f.whole {
		files := map[string][]byte{}
		rewriteUnits(u, files, (*patch).all)
		return b.engine(u, files)
	}
	m := newSimulation(s, f)
	items := m.target(u, nil)
	if len(b.findings) > 0 || b.ctx.Err() != nil {
		return nil, b.ctx.Err()
	}
	objects, rest := m.split(items)
	if !rest && !f.engine {
		return objects, nil
	}
	made, err := b.engine(u, m.overrides(u))
	if err != nil {
		return nil, err
	}
	return append(objects, made...), nil
}

// features says what the units of a build use.
type features struct {
	whole     bool // something that may touch any object
	engine    bool // something that only the engine can make or check
	renames   bool // names change, so references to them may
	moves     bool // namespaces change
	referrers bool // there are objects of built-in kinds that may refer to others
	selectors bool // labels or annotations reach selectors and pod templates
	images    bool
	replicas  bool
	generates bool
}

func featuresOf(u *unit) features {
	var f features
	f.visit(u, map[*unit]bool{})
	f.engine = f.engine || f.generates || f.replicas
	return f
}

func (f *features) visit(u *unit, seen map[*unit]bool) {
	if seen[u] {
		return
	}
	seen[u] = true
	f.fields(&u.kust)
	for _, e := range u.entries {
		if e.unit != nil {
			f.visit(e.unit, seen)
		}
		f.referrers = f.referrers || slices.ContainsFunc(e.objects, func(o object.Object) bool { return isBuiltIn(o) && !isLeaf(o) })
	}
	for _, c := range u.components {
		f.visit(c, seen)
	}
}

// fields notes the fields of one kustomization.
func (f *features) fields(k *types.Kustomization) {
	f.whole = f.whole || slices.Contains([]bool{
		len(k.Replacements) > 0, len(k.Vars) > 0, len(k.Generators) > 0, len(k.Transformers) > 0, len(k.Validators) > 0,
		len(k.Configurations) > 0, len(k.Crds) > 0, len(k.OpenAPI) > 0, len(k.BuildMetadata) > 0, len(k.PatchesJson6902) > 0,
		slices.ContainsFunc(k.Labels, func(l types.Label) bool { return len(l.FieldSpecs) > 0 }),
	}, true)
	f.generates = f.generates || len(k.ConfigMapGenerator)+len(k.SecretGenerator) > 0
	f.renames = f.renames || f.generates || k.NamePrefix+k.NameSuffix != ""
	f.moves = f.moves || k.Namespace != ""
	f.selectors = f.selectors || len(k.CommonLabels)+len(k.CommonAnnotations) > 0 ||
		slices.ContainsFunc(k.Labels, func(l types.Label) bool { return l.IncludeSelectors || l.IncludeTemplates })
	f.images = f.images || len(k.Images) > 0
	f.replicas = f.replicas || len(k.Replicas) > 0
}
