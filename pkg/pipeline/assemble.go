// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"slices"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/generate"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func generateModels(models []config.Model) []object.Object {
	total := 0
	for i := range models {
		total += len(models[i].Spec.Adapters) + 1
	}
	objects := make([]object.Object, 0, total)
	for i := range models {
		objects = append(objects, generate.Models(&models[i].Model, models[i].Object)...)
	}
	return objects
}

// assemble puts together what passes through and what was generated, refuses
// two sources of one object, and sorts into apply order. A Namespace in Git
// takes the place of the generated one, and Platforms share theirs.
func assemble(set *config.Set, platforms []*platform, models []object.Object) ([]object.Object, error) {
	objects := make([]object.Object, 0, len(set.Objects)+len(models)+len(platforms)*8)
	objects = append(objects, set.Objects...)
	written := make(map[key]object.Object, cap(objects))
	for _, o := range set.Objects {
		written[keyOf(o)] = o
	}
	var refused []object.Finding
	add := func(source, o object.Object) {
		first, taken := written[keyOf(o)]
		switch {
		case !taken:
			written[keyOf(o)] = o
			objects = append(objects, o)
		case o.GetKind() == "Namespace" && o.Group() == "":
		default:
			refused = append(refused, duplicate(source, first, o))
		}
	}
	for _, p := range platforms {
		for _, o := range p.out.Objects {
			add(p.Object, o)
		}
	}
	for _, o := range models {
		add(o, o)
	}
	if err := object.NewFindingsError(refused...); err != nil {
		return nil, err
	}
	object.SortApplyOrder(objects)
	return objects, nil
}

func duplicate(source, first, o object.Object) object.Finding {
	where := "another generated object"
	if p := first.Position.String(); p != "" {
		where = p
	}
	return object.Finding{
		Code: codeDuplicate.ID, Severity: codeDuplicate.Severity,
		Position: source.Position, Object: o.Reference(),
		Problem: o.Reference().String() + " is generated here and comes from " + where + " as well",
		Fix:     "remove one of the two or give it another name",
	}
}

// key identifies an object in a cluster.
type key struct{ group, kind, namespace, name string }

func keyOf(o object.Object) key {
	return key{o.Group(), o.GetKind(), o.GetNamespace(), o.GetName()}
}

func uniqueSorted(files []string) []string {
	slices.Sort(files)
	return slices.Compact(files)
}
