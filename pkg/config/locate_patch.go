// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// LocatePatch looks in a file for a strategic merge patch of the object that
// sets the field, as a document of its own or written into a kustomization, and
// returns where. The namespace of the object does not count, because overlays
// set it. It returns false where the file has no such patch or cannot be read.
func (l *Locator) LocatePatch(file string, o object.Reference, field string) (object.Position, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := parsePath(field)
	for _, document := range l.parse(file) {
		if document == nil {
			continue
		}
		if p, ok := patchPosition(document, o, path); ok {
			p.File = file
			return p, true
		}
		for _, inline := range inlinePatches(document) {
			if p, ok := inlinePosition(inline, o, path); ok {
				p.File = file
				return p, true
			}
		}
	}
	return object.Position{}, false
}

// patchPosition returns the place of the whole path in a patch of the object.
func patchPosition(document *yaml.Node, o object.Reference, path fieldPath) (object.Position, bool) {
	metadata := childOf(document, "metadata")
	if metadata == nil || scalarOf(document, "kind") != o.Kind || scalarOf(dealias(metadata), "name") != o.Name {
		return object.Position{}, false
	}
	for depth := range path {
		here := descend(document, path[:depth+1], object.Position{})
		if here == descend(document, path[:depth], object.Position{}) {
			return object.Position{}, false
		}
	}
	return descend(document, path, object.Position{}), true
}

// inlinePatches returns the texts of the patches of a kustomization.
func inlinePatches(document *yaml.Node) []*yaml.Node {
	var texts []*yaml.Node
	for _, key := range []string{"patches", "patchesStrategicMerge"} {
		list := childOf(document, key)
		if list == nil {
			continue
		}
		for _, entry := range dealias(list).Content {
			entry = dealias(entry)
			if entry.Kind == yaml.MappingNode {
				entry = childOf(entry, "patch")
			}
			if entry != nil && entry.Kind == yaml.ScalarNode && strings.Contains(entry.Value, "\n") {
				texts = append(texts, entry)
			}
		}
	}
	return texts
}

// inlinePosition is patchPosition for a patch in a block scalar, whose text
// starts on the line after the scalar's indicator. The column is unknown,
// because the node does not tell the indentation.
func inlinePosition(text *yaml.Node, o object.Reference, path fieldPath) (object.Position, bool) {
	var document yaml.Node
	if yaml.Unmarshal([]byte(text.Value), &document) != nil || len(document.Content) != 1 {
		return object.Position{}, false
	}
	p, ok := patchPosition(document.Content[0], o, path)
	if !ok || text.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return object.Position{Line: text.Line}, ok
	}
	return object.Position{Line: text.Line + p.Line}, true
}
