// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package inventory keeps account of which objects were applied: sets of ids in
// the form of Flux's inventories, their union and difference.
//
// The package is pure. A Set may be read from several goroutines.
package inventory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// ErrID is matched by errors about an id that cannot be read.
var ErrID = errors.New("invalid inventory id")

// ID names an object regardless of the version of its API.
type ID struct {
	// Group of the API, empty for the core group.
	Group string
	// Kind of the object.
	Kind string
	// Namespace of the object, empty for one of the cluster's scope.
	Namespace string
	// Name of the object.
	Name string
}

// Names may hold colons (roles do); kustomize-controller writes them as two
// underscores, which no name can hold itself.
const (
	separator = "_"
	colon     = "__"
)

// String returns namespace_name_group_kind, as Flux's inventories write it.
func (id ID) String() string {
	return strings.Join([]string{id.Namespace, strings.ReplaceAll(id.Name, ":", colon), id.Group, id.Kind}, separator)
}

// Parse reads what String wrote. The error matches ErrID.
func Parse(text string) (ID, error) {
	namespace, rest, ok := strings.Cut(text, separator)
	kindAt := strings.LastIndex(rest, separator)
	if !ok || kindAt < 0 {
		return ID{}, fmt.Errorf("%w: %q is not namespace_name_group_kind", ErrID, text)
	}
	rest, kind := rest[:kindAt], rest[kindAt+1:]
	groupAt := strings.LastIndex(rest, separator)
	if groupAt < 0 {
		return ID{}, fmt.Errorf("%w: %q is not namespace_name_group_kind", ErrID, text)
	}
	id := ID{Namespace: namespace, Name: strings.ReplaceAll(rest[:groupAt], colon, ":"), Group: rest[groupAt+1:], Kind: kind}
	if id.Name == "" || id.Kind == "" || id.String() != text {
		return ID{}, fmt.Errorf("%w: %q is not namespace_name_group_kind", ErrID, text)
	}
	return id, nil
}

// Of returns the id of an object.
func Of(o object.Object) ID {
	return ID{Group: o.Group(), Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
}

// Set is a set of objects, each with the version of its API that was applied.
type Set map[ID]string

// FromObjects returns the set of the given objects.
func FromObjects(objects []object.Object) Set {
	set := make(Set, len(objects))
	for _, o := range objects {
		set[Of(o)] = o.GroupVersionKind().Version
	}
	return set
}

// FromStatus reads the inventory of a status; nil gives an empty set. An entry
// that cannot be read is an error that matches ErrID: leaving it out would lose
// the object for ever.
func FromStatus(inventory *v1alpha1.Inventory) (Set, error) {
	set := Set{}
	if inventory == nil {
		return set, nil
	}
	for _, entry := range inventory.Entries {
		id, err := Parse(entry.ID)
		if err != nil {
			return nil, err
		}
		set[id] = entry.Version
	}
	return set, nil
}

// Status returns the set as the inventory of a status, sorted by id.
func (s Set) Status() *v1alpha1.Inventory {
	out := &v1alpha1.Inventory{Entries: make([]v1alpha1.InventoryEntry, 0, len(s))}
	for id, version := range s {
		out.Entries = append(out.Entries, v1alpha1.InventoryEntry{ID: id.String(), Version: version})
	}
	slices.SortFunc(out.Entries, func(a, b v1alpha1.InventoryEntry) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Union returns a set of what is in s or in other. The versions are those of other.
func (s Set) Union(other Set) Set {
	out := make(Set, len(s)+len(other))
	maps.Copy(out, s)
	maps.Copy(out, other)
	return out
}

// Minus returns what is in s and not in other.
func (s Set) Minus(other Set) Set {
	out := Set{}
	for id, version := range s {
		if _, ok := other[id]; !ok {
			out[id] = version
		}
	}
	return out
}

// Objects returns the set as objects that have nothing but their names, in
// apply order.
func (s Set) Objects() []object.Object {
	out := make([]object.Object, 0, len(s))
	for id, version := range s {
		metadata := map[string]any{"name": id.Name}
		if id.Namespace != "" {
			metadata["namespace"] = id.Namespace
		}
		out = append(out, object.New(map[string]any{
			"apiVersion": schema.GroupVersion{Group: id.Group, Version: version}.String(),
			"kind":       id.Kind, "metadata": metadata,
		}))
	}
	object.SortApplyOrder(out)
	return out
}
