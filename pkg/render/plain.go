// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"helm.sh/helm/v4/pkg/chart/common"
	v2 "helm.sh/helm/v4/pkg/chart/v2"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// sortedKeys returns the keys of a map, sorted.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// plain returns a deep copy of a value made of maps, lists and scalars.
func plain(v any) any { return convert(v, func(scalar any) any { return scalar }) }

// floats is plain with every number as float64, which is what Helm makes of the
// numbers in a values file; templates print and compare by that type.
func floats(v any) any {
	return convert(v, func(scalar any) any {
		switch value := reflect.ValueOf(scalar); {
		case value.CanInt():
			return float64(value.Int())
		case value.CanUint():
			return float64(value.Uint())
		case value.CanFloat():
			return value.Float()
		default:
			return scalar
		}
	})
}

func convert(v any, scalar func(any) any) any {
	switch t := v.(type) {
	case nil, string, bool:
		return v
	case map[string]any:
		if t == nil {
			return t
		}
		out := make(map[string]any, len(t))
		for k, item := range t {
			out[k] = convert(item, scalar)
		}
		return out
	case []any:
		if t == nil {
			return t
		}
		out := make([]any, len(t))
		for i, item := range t {
			out[i] = convert(item, scalar)
		}
		return out
	default:
		return scalar(v)
	}
}

// conflicts lists where values are tables and the chart's defaults are not, or
// the other way round: there Helm ignores one of the two, and says so in a log
// only.
func conflicts(chart *v2.Chart, given map[string]any, path values.Path) []string {
	var warnings []string
	for _, key := range sortedKeys(given) {
		if isSubchart(chart, key) || key == common.GlobalKey {
			continue
		}
		fallback, ok := chart.Values[key]
		if !ok {
			continue
		}
		warnings = append(warnings, mismatch(given[key], fallback, append(slices.Clone(path), key))...)
	}
	for _, d := range chart.Dependencies() {
		name := valuesKey(chart, d.Name())
		if sub, ok := given[name].(map[string]any); ok {
			warnings = append(warnings, conflicts(d, sub, append(slices.Clone(path), name))...)
		}
	}
	return warnings
}

// isSubchart says whether a key holds the values of a sub-chart.
func isSubchart(chart *v2.Chart, key string) bool {
	return slices.ContainsFunc(chart.Dependencies(), func(d *v2.Chart) bool { return valuesKey(chart, d.Name()) == key })
}

// valuesKey returns the key of a sub-chart's values: its alias if it has one.
func valuesKey(chart *v2.Chart, name string) string {
	for _, d := range chart.Metadata.Dependencies {
		if d.Name == name && d.Alias != "" {
			return d.Alias
		}
	}
	return name
}

// mismatch compares a value with the default, tables only.
func mismatch(given, fallback any, path values.Path) []string {
	table, isTable := given.(map[string]any)
	defaults, hasTable := fallback.(map[string]any)
	switch {
	case isTable && hasTable:
		var warnings []string
		for _, key := range sortedKeys(table) {
			if value, ok := defaults[key]; ok {
				warnings = append(warnings, mismatch(table[key], value, append(slices.Clone(path), key))...)
			}
		}
		return warnings
	case isTable && fallback != nil:
		return []string{path.String() + " is a table here and no table in the chart's defaults; the chart may not read it"}
	case hasTable && given != nil && len(defaults) > 0:
		return []string{path.String() + " is a table in the chart's defaults and no table here; the defaults under it are gone"}
	default:
		return nil
	}
}
