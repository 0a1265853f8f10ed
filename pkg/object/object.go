// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package object is the common ground of the product: a Kubernetes object with
// the place it came from, findings about objects, the order in which objects
// are applied, and their encoding.
//
// The package does no input or output of its own and keeps no state. Values may
// be read from several goroutines; whoever changes an Object must own it.
package object

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Object is one Kubernetes object and where it was read from.
//
// The embedded Unstructured is never nil in an Object made by this module.
type Object struct {
	*unstructured.Unstructured

	// Position is the line of the object in its file. It is the zero Position
	// for an object that was generated.
	Position Position

	// Document is the number of the YAML document in the file, from 0. For an
	// item of a List it is that of the List.
	Document int
}

// Position is a place in a file of the source tree.
type Position struct {
	// File is the slash-separated path from the root of the source tree.
	File string `json:"file,omitempty"`
	// Line from 1; 0 when unknown.
	Line int `json:"line,omitempty"`
	// Column from 1; 0 when unknown.
	Column int `json:"column,omitempty"`
}

// Reference names one object.
type Reference struct {
	// APIVersion of the object.
	APIVersion string `json:"apiVersion,omitempty"`
	// Kind of the object.
	Kind string `json:"kind,omitempty"`
	// Namespace of the object, empty for a cluster-scoped one or where the file
	// does not say.
	Namespace string `json:"namespace,omitempty"`
	// Name of the object.
	Name string `json:"name,omitempty"`
}

// New returns an Object with the given content and no position. The map is
// kept, not copied.
func New(content map[string]any) Object {
	return Object{Unstructured: &unstructured.Unstructured{Object: content}}
}

// Reference returns the reference of the object.
func (o Object) Reference() Reference {
	if o.Unstructured == nil {
		return Reference{}
	}
	return Reference{
		APIVersion: o.GetAPIVersion(), Kind: o.GetKind(),
		Namespace: o.GetNamespace(), Name: o.GetName(),
	}
}

// Group returns the API group of the object, empty for the core group.
func (o Object) Group() string {
	return GroupOf(o.GetAPIVersion())
}

// GroupKind returns the API group and kind of the object.
func (o Object) GroupKind() schema.GroupKind {
	return schema.GroupKind{Group: o.Group(), Kind: o.GetKind()}
}

// GroupOf returns the group of an apiVersion such as "apps/v1", empty for the
// core group's "v1".
func GroupOf(apiVersion string) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// IsZero says whether the reference names nothing.
func (r Reference) IsZero() bool { return r == Reference{} }

// String returns Kind/namespace/name, or Kind/name without a namespace.
func (r Reference) String() string {
	if r.IsZero() {
		return ""
	}
	if r.Namespace == "" {
		return r.Kind + "/" + r.Name
	}
	return r.Kind + "/" + r.Namespace + "/" + r.Name
}
