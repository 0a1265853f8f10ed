// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// patch applies a patch to the items that it concerns.
func (m *simulation) patch(p *patch, items []*item) {
	if p.target == nil {
		for index := range p.merges {
			m.named(p, index, items)
		}
		return
	}
	sel, err := newSelector(p.target)
	if err != nil {
		m.report(CodePatch, m.positionOf(p.ref), "the target of "+p.ref.field+" is malformed: "+err.Error(), "correct the regular expression or the selector")
		return
	}
	for _, i := range items {
		if !sel.match(i) {
			continue
		}
		if p.ops != nil {
			m.operations(p, i)
		} else {
			m.merge(p, 0, i)
		}
	}
}

// named applies a strategic merge patch to the one object that it names.
func (m *simulation) named(p *patch, index int, items []*item) {
	want := identityOf(object.New(p.merges[index]))
	var found []*item
	for _, i := range items {
		if i.known(want.key()) {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 1:
		m.applied = append(m.applied, application{p, index, found[0]})
		m.merge(p, index, found[0])
	case len(found) == 0 && m.generates:
		m.applied = append(m.applied, application{p, index, nil})
	case len(found) == 0:
		m.report(CodePatchTarget, m.positionOf(p.ref), fmt.Sprintf("%s patches %s %s, which is not among the resources", p.ref.field, object.New(p.merges[index]).GetAPIVersion(), object.New(p.merges[index]).Reference()), missedBy(want, items))
	default:
		m.report(CodePatchTarget, m.positionOf(p.ref), fmt.Sprintf("%s matches several resources", p.ref.field), "add target: with what tells them apart")
	}
}

// missedBy says what stands in the way of a patch that names no object.
func missedBy(want identity, items []*item) string {
	for _, i := range items {
		if i.id.kind != want.kind || i.id.name != want.name && i.first().name != want.name {
			continue
		}
		if effective(i.id.namespace) != effective(want.namespace) {
			return fmt.Sprintf("the object of that name is in the namespace %q: add that to the patch's metadata, or use target:", effective(i.id.namespace))
		}
		return fmt.Sprintf("the object of that name has apiVersion %s: correct the patch's", i.content.GetAPIVersion())
	}
	return "correct apiVersion, kind and metadata.name of the patch, or use target:"
}

// merge applies a strategic merge patch natively, or leaves the item to the
// engine.
func (m *simulation) merge(p *patch, index int, i *item) {
	if i.engine {
		return
	}
	if p.options != nil || isBuiltIn(i.content) && hasList(p.merges[index]) {
		i.engine = true
		return
	}
	content, sure := mergeMaps(i.content.Object, p.merges[index], true)
	if !sure {
		i.engine = true
		return
	}
	content["apiVersion"], content["kind"] = i.content.Object["apiVersion"], i.content.Object["kind"]
	metadata, _ := content["metadata"].(map[string]any)
	metadata = copyMap(metadata)
	for _, field := range []string{"name", "namespace"} {
		before, had := i.content.Object["metadata"].(map[string]any)[field]
		if delete(metadata, field); had {
			metadata[field] = before
		}
	}
	content["metadata"] = metadata
	i.replace(content)
	i.owned.metadata = true
}

// hasList says whether a value holds a list. How lists of built-in kinds merge
// is a matter of their schema.
func hasList(value any) bool {
	switch v := value.(type) {
	case []any:
		return true
	case map[string]any:
		for _, child := range v {
			if hasList(child) {
				return true
			}
		}
	}
	return false
}

// mergeMaps lays a strategic merge patch over a map without a look at schemas:
// maps merge, null removes, everything else replaces. It is not sure where
// Kustomize has rules of its own: directives, and empty or null values that the
// map has nothing for.
func mergeMaps(base, patch map[string]any, top bool) (merged map[string]any, sure bool) {
	merged = copyMap(base)
	for key, value := range patch {
		if strings.HasPrefix(key, "$") {
			return nil, false
		}
		if top && (key == "apiVersion" || key == "kind") {
			continue
		}
		old, had := base[key]
		oldMap, wasMap := old.(map[string]any)
		newMap, isMap := value.(map[string]any)
		switch {
		case value == nil && had:
			delete(merged, key)
		case isMap && wasMap:
			child, sure := mergeMaps(oldMap, newMap, false)
			if !sure || len(child) == 0 {
				return nil, false
			}
			merged[key] = child
		case had && reflect.TypeOf(old) != reflect.TypeOf(value), !isPlain(value):
			return nil, false
		default:
			merged[key] = value
		}
	}
	return merged, true
}

// isPlain says whether a value has no empty or null parts and no directives.
func isPlain(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case map[string]any:
		for key, child := range v {
			if strings.HasPrefix(key, "$") || !isPlain(child) {
				return false
			}
		}
		return len(v) > 0
	case []any:
		for _, child := range v {
			if !isPlain(child) {
				return false
			}
		}
		return len(v) > 0
	default:
		return true
	}
}

// operations applies a JSON patch.
func (m *simulation) operations(p *patch, i *item) {
	if i.engine {
		return
	}
	raw, err := json.Marshal(i.content.Object)
	if err == nil {
		raw, err = p.ops.Apply(raw)
	}
	var content map[string]any
	if err == nil {
		content, err = decodeJSON(raw)
	}
	if err != nil {
		f := finding(CodePatch, m.positionOf(p.ref), fmt.Sprintf("%s does not fit %s: %s", p.ref.field, i.content.Reference(), patchError(err)), "correct op and path, or the target")
		f.Object = i.content.Reference()
		m.findings = append(m.findings, f)
		return
	}
	if next := object.New(content); identityOf(next) != identityOf(i.content) || hasEngineAnnotation(next) {
		i.engine = true
		return
	}
	i.replace(content)
	i.owned = ownership{metadata: true, labels: true, annotations: true}
}

// patchError drops what the library says of values: they may be secrets.
func patchError(err error) string {
	message, _, _ := strings.Cut(err.Error(), "\n")
	if len(message) > 200 {
		message = message[:200]
	}
	return message
}

// decodeJSON decodes an object with whole numbers as int64.
func decodeJSON(raw []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var content map[string]any
	if err := decoder.Decode(&content); err != nil {
		return nil, err
	}
	value, err := numbers(content)
	if err != nil {
		return nil, err
	}
	content, ok := value.(map[string]any)
	if !ok || content == nil {
		return nil, errors.New("the result is no object")
	}
	return content, nil
}

// numbers turns json.Number into int64 or float64, in place.
func numbers(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			if v[key], err = numbers(child); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, child := range v {
			if v[i], err = numbers(child); err != nil {
				return nil, err
			}
		}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i, nil
		}
		return v.Float64()
	}
	return value, nil
}

// selector is the target of a patch.
type selector struct {
	regex               *types.SelectorRegex
	labels, annotations labels.Selector
}

func newSelector(target *types.Selector) (*selector, error) {
	regex, err := types.NewSelectorRegex(target)
	if err != nil {
		return nil, err
	}
	byLabels, err := labels.Parse(target.LabelSelector)
	if err != nil {
		return nil, err
	}
	byAnnotations, err := labels.Parse(target.AnnotationSelector)
	if err != nil {
		return nil, err
	}
	return &selector{regex: regex, labels: byLabels, annotations: byAnnotations}, nil
}

// match compares first and current name and namespace, as Kustomize does. Labels
// and annotations of an item that the engine does are not up to date, and need
// not be.
func (s *selector) match(i *item) bool {
	first := i.first()
	return (s.regex.MatchNamespace(effective(first.namespace)) || s.regex.MatchNamespace(effective(i.id.namespace))) &&
		(s.regex.MatchName(first.name) || s.regex.MatchName(i.id.name)) &&
		s.regex.MatchGvk(resid.Gvk{Group: i.id.group, Version: i.id.version, Kind: i.id.kind}) &&
		(s.labels.Empty() || s.labels.Matches(labels.Set(i.content.GetLabels()))) &&
		(s.annotations.Empty() || s.annotations.Matches(labels.Set(i.content.GetAnnotations())))
}
