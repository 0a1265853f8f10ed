// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Set is what a build works on: our kinds, typed, and everything else.
type Set struct {
	// Platforms in the order of the input.
	Platforms []Platform
	// Models in the order of the input.
	Models []Model
	// WorkerPools in the order of the input.
	WorkerPools []WorkerPool
	// Objects are all other objects, unchanged and in the order of the input.
	Objects []object.Object
}

// Platform is a Platform and the object it was decoded from.
type Platform struct {
	v1alpha1.Platform
	// Object is the origin, with its position.
	Object object.Object
}

// Model is a Model and the object it was decoded from.
type Model struct {
	v1alpha1.Model
	// Object is the origin, with its position.
	Object object.Object
}

// WorkerPool is a WorkerPool and the object it was decoded from.
type WorkerPool struct {
	v1alpha1.WorkerPool
	// Object is the origin, with its position.
	Object object.Object
}

// Load sorts objects into a Set. Objects of the group dynamo-gitops.io are
// decoded strictly and checked against the schema of their kind; no defaults
// are filled in. No two objects may have the same group, kind, namespace and
// name.
//
// The objects are not changed, and the Set shares memory with them. The error
// is an [object.FindingsError] with all that is wrong, placed at the objects;
// [Locator.Load] places it at the fields.
func Load(objects []object.Object) (*Set, error) {
	return load(objects, nil)
}

// Load is the function Load, with every finding placed at the line and column
// of its field where the file of the object can be read.
func (l *Locator) Load(objects []object.Object) (*Set, error) {
	return load(objects, l)
}

func load(objects []object.Object, locator *Locator) (*Set, error) {
	loader := &loader{
		findings: &collector{limit: defaultFindings}, locator: locator,
		seen: make(map[identity]int, len(objects)), types: typeTable{}, set: &Set{},
	}
	for i, o := range objects {
		loader.unique(objects, i)
		loader.add(o)
	}
	if err := loader.findings.err(); err != nil {
		return nil, err
	}
	return loader.set, nil
}

// identity is what makes an object the same object for a cluster.
type identity struct{ group, kind, namespace, name string }

type loader struct {
	findings *collector
	locator  *Locator
	seen     map[identity]int
	types    typeTable
	set      *Set
}

func (l *loader) report(o object.Object, code, field, problem, fix string) {
	position := o.Position
	if l.locator != nil {
		position = l.locator.Locate(o.Position, o.Document, field)
	}
	l.findings.add(object.Finding{Code: code, Position: position, Object: o.Reference(), Field: field, Problem: problem, Fix: fix})
}

func (l *loader) unique(objects []object.Object, i int) {
	o := objects[i]
	id := identity{o.Group(), o.GetKind(), o.GetNamespace(), o.GetName()}
	first, twice := l.seen[id]
	if !twice {
		l.seen[id] = i
		return
	}
	where := ""
	if p := objects[first].Position; p.File != "" {
		where = fmt.Sprintf(", first in %s", object.Position{File: p.File, Line: p.Line})
	}
	l.report(o, CodeDuplicateObject, "metadata.name", fmt.Sprintf("%s is defined twice%s", o.Reference(), where),
		"remove one of the two, or turn it into a Kustomize patch of the other")
}

func (l *loader) add(o object.Object) {
	if o.Group() != v1alpha1.Group {
		l.foreign(o)
		return
	}
	if o.GetAPIVersion() != v1alpha1.APIVersion {
		l.report(o, CodeUnknownVersion, "apiVersion", fmt.Sprintf("apiVersion %q is not known", clip(o.GetAPIVersion())), "use "+v1alpha1.APIVersion)
		return
	}
	switch o.GetKind() {
	case v1alpha1.PlatformKind:
		p := Platform{Object: o}
		l.typed(o, &p.Platform)
		l.set.Platforms = append(l.set.Platforms, p)
	case v1alpha1.ModelKind:
		m := Model{Object: o}
		l.typed(o, &m.Model)
		l.set.Models = append(l.set.Models, m)
	case v1alpha1.WorkerPoolKind:
		w := WorkerPool{Object: o}
		l.typed(o, &w.WorkerPool)
		l.set.WorkerPools = append(l.set.WorkerPools, w)
	default:
		l.unknownKind(o)
	}
}

// foreign passes an object of another group through, unless the group is a
// misspelling of ours: such an object would otherwise be applied as it is.
func (l *loader) foreign(o object.Object) {
	for _, kind := range v1alpha1.Kinds() {
		if o.GetKind() == kind && strings.HasPrefix(o.Group(), "dynamo") && distance(o.Group(), v1alpha1.Group) <= 4 {
			l.report(o, CodeUnknownVersion, "apiVersion", fmt.Sprintf("apiVersion %q is not known", clip(o.GetAPIVersion())), "did you mean "+v1alpha1.APIVersion+"?")
			return
		}
	}
	l.set.Objects = append(l.set.Objects, o)
}

func (l *loader) unknownKind(o object.Object) {
	fix := "the kinds are " + strings.Join(v1alpha1.Kinds(), ", ")
	if near := Nearest(o.GetKind(), v1alpha1.Kinds()); near != "" {
		fix = "did you mean " + near + "?"
	}
	l.report(o, CodeUnknownKind, "kind", fmt.Sprintf("the group %s has no kind %q", v1alpha1.Group, clip(o.GetKind())), fix)
}

// typed decodes and checks one object of our group.
func (l *loader) typed(o object.Object, into any) {
	name := o.GetName()
	if problems := validation.IsDNS1123Subdomain(name); name != "" && len(problems) > 0 {
		l.report(o, CodeName, "metadata.name", fmt.Sprintf("metadata.name %q is no DNS name", clip(name)), "use lower-case letters, digits, '-' and '.', at most 253 characters")
	}
	if metadata, _ := o.Object["metadata"].(map[string]any); metadata["namespace"] == any("") {
		l.report(o, CodeNamespace, "metadata.namespace", "metadata.namespace is empty", "name the namespace, or remove the field")
	}
	d := typedDecoder{types: l.types, report: func(code, field, problem, fix string) { l.report(o, code, field, problem, fix) }}
	d.decode(o.Object, into)
}
