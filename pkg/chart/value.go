// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Value returns what the chart sees at a path: the given value, or else the
// chart's default, where the platform chart's wins over the inner chart's. A
// map holds both, merged. A null, given or by default, is no value, and a null
// above the path removes the default. The result is a copy.
//
// Defaults that are lists of objects or free-form maps are known in part only.
func (v *Version) Value(in map[string]any, path ...string) (any, bool) {
	if len(path) == 0 {
		return nil, false
	}
	given, state := lookGiven(in, path)
	if state == givenNull {
		return nil, false
	}
	preset, hasPreset := v.keys().find(path...).preset(v.entry.minor)
	if state == givenNothing {
		return preset, hasPreset
	}
	above, isMap := given.(map[string]any)
	below, wasMap := preset.(map[string]any)
	if isMap {
		if !wasMap {
			below = nil
		}
		return values.Merge(below, above), true
	}
	return values.Clone(map[string]any{"": given})[""], true
}

// givenState is how a path stands in the given values.
type givenState int

const (
	givenNothing givenState = iota
	givenNull
	givenValue
)

func lookGiven(in map[string]any, path []string) (any, givenState) {
	var current any = in
	for _, key := range path {
		level, ok := current.(map[string]any)
		if !ok {
			return nil, givenNothing
		}
		if current, ok = level[key]; !ok {
			return nil, givenNothing
		}
		if current == nil {
			return nil, givenNull
		}
	}
	return current, givenValue
}

// preset returns the default of a key in a version, with the defaults of the
// keys below it.
func (n *node) preset(m minor) (any, bool) {
	if n == nil {
		return nil, false
	}
	for _, s := range n.spans {
		if s.since <= m && m <= s.until && s.preset != "" {
			return decodePreset(s.preset)
		}
	}
	var below map[string]any
	for key, c := range n.children {
		if key == wildcard {
			continue
		}
		value, ok := c.preset(m)
		if !ok {
			continue
		}
		if below == nil {
			below = map[string]any{}
		}
		below[key] = value
	}
	if below == nil {
		return nil, false
	}
	return below, true
}

// decodePreset reads a default; a null is none.
func decodePreset(text string) (any, bool) {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil || value == nil {
		return nil, false
	}
	return value, true
}
