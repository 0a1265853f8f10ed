// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"slices"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// rewriteUnits puts the kustomization files of a unit and of what it includes
// into files, in the form in which the engine gets them: patches inline, those
// that the function keeps, and older fields in their newer form, because the
// engine prints a warning for each of them.
func rewriteUnits(u *unit, files map[string][]byte, keep func(*patch) []types.Patch) {
	if _, done := files[u.file]; done {
		return
	}
	data, err := yaml.Marshal(rewrite(u, keep))
	if err != nil {
		return // the file of the source stays
	}
	files[u.file] = data
	for _, e := range u.entries {
		if e.unit != nil {
			rewriteUnits(e.unit, files, keep)
		}
	}
	for _, c := range u.components {
		rewriteUnits(c, files, keep)
	}
}

func rewrite(u *unit, keep func(*patch) []types.Patch) types.Kustomization {
	k := u.kust
	k.Patches, k.PatchesStrategicMerge = nil, nil
	for _, p := range u.patches {
		k.Patches = append(k.Patches, keep(p)...)
	}
	if len(k.CommonLabels) > 0 {
		k.Labels = append(slices.Clone(k.Labels), types.Label{Pairs: k.CommonLabels, IncludeSelectors: true})
		k.CommonLabels = nil
	}
	return k
}

// all returns a patch as it was written, inline.
func (p *patch) all() []types.Patch {
	return []types.Patch{{Patch: p.text, Target: p.target, Options: p.options}}
}

// rest returns what the engine gets of a patch: all of one with a target, and
// of others the documents that concern its objects.
func (p *patch) rest() []types.Patch {
	if p.target != nil {
		return p.all()
	}
	var rest []types.Patch
	for index, content := range p.merges {
		if !p.forEngine[index] {
			continue
		}
		if text, err := yaml.Marshal(content); err == nil {
			rest = append(rest, types.Patch{Patch: string(text), Options: p.options})
		}
	}
	return rest
}
