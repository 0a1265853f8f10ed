// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

func modelRules() []Rule {
	return []Rule{
		failure("DG1770", "immutable field of a DynamoModel",
			"The operator's admission refuses another baseModelName or modelType. A Model of ours makes a new object for it; a DynamoModel written by hand cannot.",
			checkModelFields),
		warning("DG1771", "adapter renamed in place",
			"The adapter of the old modelName is never unloaded and keeps its memory on every worker.",
			checkModelRenamed),
		failure("DG1772", "adapter's source changes under the same name",
			"Workers answer that the name is already loaded and keep the old weights, while the status says Ready. Nothing shows it afterwards.",
			checkModelSource),
	}
}

// dynamoModel is what the rules ask of a DynamoModel.
type dynamoModel struct {
	source                 object.Object
	base, kind, model, uri string
}

func modelsOf(plan *pipeline.Plan) []dynamoModel {
	var models []dynamoModel
	for _, o := range plan.Objects {
		if o.Group() != graph.Group || o.GetKind() != generate.DynamoModelKind {
			continue
		}
		models = append(models, dynamoModel{
			source: o, base: text(o.Object, "spec", "baseModelName"),
			kind:  cmp.Or(text(o.Object, "spec", "modelType"), generate.ModelTypeBase),
			model: text(o.Object, "spec", "modelName"), uri: text(o.Object, "spec", "source", "uri"),
		})
	}
	return models
}

// sameModels calls visit for each DynamoModel of one name in both plans.
func (f *Facts) sameModels(visit func(before, after dynamoModel)) {
	before := map[name]dynamoModel{}
	for _, m := range modelsOf(f.before) {
		before[nameOf(m.source)] = m
	}
	for _, m := range modelsOf(f.after) {
		if earlier, ok := before[nameOf(m.source)]; ok {
			visit(earlier, m)
		}
	}
}

func checkModelFields(f *Facts, r *Report) {
	f.sameModels(func(before, after dynamoModel) {
		for _, field := range []struct{ name, before, after string }{
			{"baseModelName", before.base, after.base}, {"modelType", before.kind, after.kind},
		} {
			if field.before != field.after {
				r.Add(at(after.source, "spec."+field.name), fmt.Sprintf("%s goes from %s to %s, which admission refuses", field.name, field.before, field.after),
					"give the DynamoModel another metadata.name, or describe it by a Model, which does so by itself")
			}
		}
	})
}

func checkModelRenamed(f *Facts, r *Report) {
	f.sameModels(func(before, after dynamoModel) {
		if before.model != after.model && after.kind == loraType {
			r.Add(at(after.source, "spec.modelName"), fmt.Sprintf("modelName goes from %s to %s, and %s stays loaded on every worker", before.model, after.model, before.model),
				"give the DynamoModel another metadata.name as well, so that the old one is removed and unloaded")
		}
	})
}

const loraType = "lora"

// checkModelSource looks for the same adapter on the same base, whatever the
// objects are called.
func checkModelSource(f *Facts, r *Report) {
	type adapter struct{ namespace, base, model string }
	key := func(m dynamoModel) adapter { return adapter{m.source.GetNamespace(), m.base, m.model} }
	before := map[adapter]dynamoModel{}
	for _, m := range modelsOf(f.before) {
		if m.kind == loraType {
			before[key(m)] = m
		}
	}
	for _, m := range modelsOf(f.after) {
		earlier, ok := before[key(m)]
		if !ok || m.kind != loraType || earlier.uri == m.uri {
			continue
		}
		severity := object.SeverityError
		if f.hotSwaps(m) {
			severity = object.SeverityWarning
		}
		r.AddAs(severity, at(m.source, "spec.source.uri"),
			fmt.Sprintf("the source of adapter %s changes under the same modelName, and workers that have it loaded keep the old weights", m.model),
			"put a version into modelName, so that the new weights have a name of their own; or restart the workers of "+m.base)
	}
}

// hotSwaps says whether every worker of the model's base reloads an adapter
// whose source changed. Runtimes below 1.3 have no such switch.
func (f *Facts) hotSwaps(m dynamoModel) bool {
	found := false
	for _, d := range f.graphs {
		if d.source.GetNamespace() != m.source.GetNamespace() {
			continue
		}
		for _, c := range d.Components {
			if c.ModelRef != m.base {
				continue
			}
			found = true
			if v, ok := c.Lookup("DYN_LORA_HOTSWAP_ENABLED"); !ok || !strings.EqualFold(v.Value, "true") {
				return false
			}
		}
	}
	return found
}
