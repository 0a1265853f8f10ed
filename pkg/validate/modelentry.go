// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// modelEntry is one DynamoModel of the set, generated or passed through.
type modelEntry struct {
	source *object.Object
	// adapter is the index in spec.adapters of a Model; notAdapter for its base
	// and for a DynamoModel.
	adapter int
	// named says whether an adapter has a modelName of its own.
	named bool
	// passed says whether it is a DynamoModel that passes through.
	passed bool
	// kind is base, lora or adapter.
	kind                           string
	namespace, base, name, address string
	// charts of the Platforms that may serve it.
	charts []Chart
}

// notAdapter is the index of an entry that is no adapter of a Model.
const notAdapter = -1

// prefix returns the path of the entry: "spec" or "spec.adapters[3]".
func (e *modelEntry) prefix() string {
	if e.adapter == notAdapter {
		return "spec"
	}
	return item("spec.adapters", e.adapter)
}

// nameField returns where the model name stands.
func (e *modelEntry) nameField() string {
	if e.adapter != notAdapter && !e.named {
		return e.prefix() + ".name"
	}
	return e.prefix() + ".modelName"
}

// uriField returns where the source stands.
func (e *modelEntry) uriField() string {
	if e.passed {
		return "spec.source.uri"
	}
	return e.prefix() + ".source"
}

func (e *modelEntry) at(field string) Place { return At(*e.source, field) }

// baseEntry is one base model that is asked for.
type baseEntry struct {
	served
	source object.Object
	field  string
	lora   bool
}

func (f *Facts) gatherModels() {
	count := 0
	for i := range f.Models {
		count += 1 + len(f.Models[i].Spec.Spec.Adapters)
	}
	f.models = make([]modelEntry, 0, count)
	for i := range f.Models {
		f.addModel(&f.Models[i])
	}
	for i := range f.Objects {
		if isDynamoModel(f.Objects[i]) {
			f.addDynamoModel(&f.Objects[i])
		}
	}
}

func (f *Facts) addModel(m *Model) {
	var charts []Chart
	if m.Chart != nil {
		charts = []Chart{m.Chart}
	}
	spec := &m.Spec.Spec
	entry := modelEntry{
		source: &m.Source, adapter: notAdapter, kind: "base",
		namespace: m.Spec.Namespace, base: spec.ModelName, name: spec.ModelName, charts: charts,
	}
	if spec.Base == nil || *spec.Base {
		f.models = append(f.models, entry)
	}
	for i := range spec.Adapters {
		a := &spec.Adapters[i]
		entry.adapter, entry.kind, entry.address = i, adapterType(a.Type), a.Source
		entry.named, entry.name = a.ModelName != "", orElse(a.ModelName, a.Name)
		f.models = append(f.models, entry)
	}
}

// bases returns the base model of each Model, and each base of a DynamoModel
// once, at the first that names it.
func (f *Facts) bases() []baseEntry {
	var bases []baseEntry
	for _, m := range f.Models {
		isLoRA := func(a v1alpha1.Adapter) bool { return adapterType(a.Type) == lora }
		bases = append(bases, baseEntry{
			served: served{m.Spec.Namespace, m.Spec.Spec.ModelName}, source: m.Source, field: "spec.modelName",
			lora: slices.ContainsFunc(m.Spec.Spec.Adapters, isLoRA),
		})
	}
	first := map[served]int{}
	for i := range f.models {
		e := &f.models[i]
		if !e.passed {
			continue
		}
		key := served{e.namespace, e.base}
		if at, found := first[key]; found {
			bases[at].lora = bases[at].lora || e.kind == lora
			continue
		}
		first[key] = len(bases)
		bases = append(bases, baseEntry{served: key, source: *e.source, field: "spec.baseModelName", lora: e.kind == lora})
	}
	return bases
}
